/* Draw the diagrams, share out the slides, then start. */
const PRINTED = /print-pdf/.test(location.search);
const notes = document.getElementById("notes");

async function draw() {
    mermaid.initialize({ startOnLoad: false });
    for (const [number, text] of document.querySelectorAll("pre.mermaid").entries()) {
        text.outerHTML = (await mermaid.render(`diagram-${number}`, text.textContent)).svg;
    }
}

/* Open the solutions or close them: all while there is measured how much room they need, and in print. */
function unfold(slides, open) {
    slides.querySelectorAll("details").forEach((folded) => (folded.open = open));
}

/* Open what is folded on the slide, or close it; a screen reader says which, as it has the focus. */
function openOrClose() {
    const slide = Reveal.getCurrentSlide(), first = slide.querySelector("details");
    first && unfold(slide, !first.open);
    first?.querySelector("summary").focus({ preventScroll: true });
}

/* What the instructor's file says of the lesson: in the speaker's window at each slide, in print at the end. */
function addNotes() {
    const slides = document.querySelector(".slides");
    if (notes && PRINTED) {
        slides.append(document.createElement("section"));
        slides.lastChild.append(document.createElement("section"));
        slides.lastChild.lastChild.className = "jp-RenderedHTMLCommon";
        slides.lastChild.lastChild.innerHTML = `<h2>For the instructor</h2>${notes.innerHTML}`;
    } else if (notes) {
        for (const slide of slides.querySelectorAll("section > section")) {
            slide.append(document.createElement("aside"));
            slide.lastChild.className = "notes";
            slide.lastChild.append(notes.content.cloneNode(true));
        }
    }
}

draw()
    .catch((error) => console.error("A diagram stays text:", error))
    .then(() => Promise.allSettled([...document.images].map((image) => image.decode())))
    .then(() => {
        unfold(document, true);
        PRINTED && addNotes();
        shareOut();
        PRINTED || addNotes();
        unfold(document, PRINTED);
        return Reveal.initialize({
            disableLayout: true, // deck.css lays the slides out
            hash: true,
            navigationMode: "linear", // a clicker has one key for the next slide
            pdfSeparateFragments: false, // on paper a slide is one page, with its outputs
            plugins: [RevealNotes],
            slideNumber: "c/t",
            transition: "none",
        });
    })
    .then(() => Reveal.addKeyBinding({ keyCode: 65, key: "A", description: "Open or close a solution" }, openOrClose));
