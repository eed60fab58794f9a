/* Draw the diagrams, where Mermaid is there, then start the slides. */
async function draw() {
    const mermaid = window.loadMermaid?.();
    mermaid?.initialize({ startOnLoad: false });
    for (const [number, text] of document.querySelectorAll("pre.mermaid").entries()) {
        if (mermaid) {
            text.outerHTML = (await mermaid.render(`diagram-${number}`, text.textContent)).svg;
        }
    }
}

draw()
    .catch((error) => console.error("A diagram stays text:", error))
    .then(() => Reveal.initialize({
        disableLayout: true, // deck.css lays the slides out
        hash: true,
        navigationMode: "linear", // a clicker has one key for the next slide
        pdfSeparateFragments: false, // on paper a slide is one page, with its outputs
        slideNumber: "c/t",
        transition: "none",
    }));
