/* Draw the diagrams, move what has no room to further slides, then start. */
const HEADINGS = "h1, h2, h3, h4, h5, h6";
const PICTURES = "img, svg[id^=diagram-], .timeline svg";
const BLOCKS = `${HEADINGS}, ${PICTURES}, p, ul, ol, table, pre, [role=status]`;
const UNIT = Math.min(innerWidth / 100, innerHeight / 75); // deck.css's, and so is 71
const [EDGE, ROOM] = [71 * UNIT, 68 * UNIT];

const box = (part) => part.getBoundingClientRect();

/* Return the ends of a text's lines: where, how far down, and whether the line is empty. */
function ends(pre) {
    const found = [], range = new Range(), texts = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
    let before = "\n";
    while (texts.nextNode()) {
        for (const [at, letter] of [...texts.currentNode.data].entries()) {
            if (letter === "\n") {
                range.setStart(texts.currentNode, at);
                range.setEnd(texts.currentNode, at + 1);
                found.push({ at: range.cloneRange(), bottom: box(range).bottom, empty: before === "\n" });
            }
            before = letter;
        }
    }
    return found;
}

/* Start the range after the last line, row or item of a block above the edge; say whether there is one. */
function startInside(range, block, edge) {
    if (block.matches("pre")) {
        const above = ends(block).filter((end) => end.bottom <= edge);
        const last = above.slice(above.length / 2).findLast((end) => end.empty) ?? above.at(-1);
        last && range.setStart(last.at.endContainer, last.at.endOffset);
        return Boolean(last);
    }
    const parts = [...(block.tBodies?.[0].rows ?? block.children)];
    const below = parts.findIndex((part) => box(part).bottom > edge);
    below > 0 && range.setStartBefore(parts[below]);
    return below > 0;
}

/* Move what a slide has no room for to a new one, which is returned, or null. */
function moveRest(slide) {
    const blocks = [...slide.querySelectorAll(BLOCKS)].filter((block) => !block.parentElement.closest(BLOCKS));
    const edge = box(slide).top + EDGE, range = new Range();
    const number = blocks.findIndex((block) => box(block).bottom > edge + 1);
    if (number < 0) {
        return null;
    }
    const block = blocks[number], room = edge - box(block).top, { height } = box(block);
    const stay = 1 + blocks.slice(0, number).findLastIndex((other) => !other.matches(HEADINGS));
    const fits = !block.matches(PICTURES) && height <= ROOM;
    if (stay > 0 && (fits || room < ROOM / 2)) {
        let first = blocks[stay]; // with all that is around it alone
        while (!first.parentElement.contains(blocks[stay - 1])) {
            first = first.parentElement;
        }
        range.setStartBefore(first);
    } else if (block.matches(PICTURES)) {
        limit(block, room);
        return moveRest(slide);
    } else if (!startInside(range, block, edge)) {
        block.style.zoom = room / height; // one endless line, say
        return moveRest(slide);
    }
    range.setEnd(slide, slide.childNodes.length);
    const next = slide.cloneNode(false);
    next.append(range.extractContents());
    if (block.isConnected) {
        goOn(block, next.querySelector(block.tagName));
    }
    next.querySelector(BLOCKS).closest(".fragment")?.classList.remove("fragment"); // else it begins empty
    return next;
}

/* Show in the rest of a block that it goes on. */
function goOn(block, rest) {
    rest.classList.add("continued");
    rest.start = block.start + block.children.length; // numbers of a list
    rest.prepend(block.tHead?.cloneNode(true) ?? "");
}

/* Let a picture grow to that height. */
function limit(picture, height) {
    picture.style.maxHeight = `calc(${height / UNIT} * var(--unit))`;
}

/* Give a slide's pictures the room that is left. */
function grow(slide) {
    const pictures = [...slide.querySelectorAll(PICTURES)];
    const bottom = Math.max(...[...slide.querySelectorAll(BLOCKS)].map((block) => box(block).bottom));
    for (const picture of pictures) {
        limit(picture, box(picture).height + (box(slide).top + EDGE - bottom) / pictures.length);
    }
}

/* Share out the slides, as high and as wide as they are in a window of 4:3. */
function shareOut() {
    for (let slide of document.querySelectorAll(".slides > section > section")) {
        slide.parentElement.classList.add("measured");
        while (slide) {
            slide.classList.add("measured");
            const next = moveRest(slide);
            grow(slide);
            slide.classList.remove("measured");
            next && slide.after(next);
            slide = next;
        }
    }
    document.querySelectorAll(".measured").forEach((stack) => stack.classList.remove("measured"));
}

async function draw() {
    mermaid.initialize({ startOnLoad: false });
    for (const [number, text] of document.querySelectorAll("pre.mermaid").entries()) {
        text.outerHTML = (await mermaid.render(`diagram-${number}`, text.textContent)).svg;
    }
}

draw()
    .catch((error) => console.error("A diagram stays text:", error))
    .then(() => Promise.allSettled([...document.images].map((image) => image.decode())))
    .then(shareOut)
    .then(() => Reveal.initialize({
        disableLayout: true, // deck.css lays the slides out
        hash: true,
        navigationMode: "linear", // a clicker has one key for the next slide
        pdfSeparateFragments: false, // on paper a slide is one page, with its outputs
        slideNumber: "c/t",
        transition: "none",
    }));
