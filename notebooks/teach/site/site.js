/* Draw the diagrams; print in light; search where a page cannot fetch another. */
const root = document.documentElement;
const here = document.currentScript.src;

async function draw(place, number) {
    const picture = document.createElement("div");
    picture.className = "diagram";
    picture.innerHTML = (await mermaid.render(`diagram-${number}`, place.textContent)).svg;
    place.replaceWith(picture);
}

async function drawAll() {
    mermaid.initialize({ startOnLoad: false });
    for (const [number, place] of document.querySelectorAll("pre.mermaid").entries()) await draw(place, number);
}

if (document.querySelector("pre.mermaid")) {
    const script = document.createElement("script");
    script.src = new URL("mermaid.tiny.js", here);
    script.onload = drawAll;
    document.head.append(script);
}

let before;
addEventListener("beforeprint", () => ((before = root.dataset.theme), (root.dataset.theme = "light")));
addEventListener("afterprint", () => (root.dataset.theme = before));

if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
