/* Move what has no room on a slide to a new one. */
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
        const lines = ends(block), most = Math.max(1, lines.length - 3); // three lines or more go on
        const above = lines.filter((end, number) => end.bottom <= edge && number < most);
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
    const first = blocks.findIndex((block) => !block.matches(HEADINGS));
    const alone = (block, at) => block.matches("img") && at > first; // a plot is as wide as the screen
    const number = blocks.findIndex((block, at) => alone(block, at) || box(block).bottom > edge + 1);
    if (number < 0) {
        return null;
    }
    const block = blocks[number], before = blocks[number - 1], spare = before && box(before).height - bottom(slide) + edge;
    if (before?.matches(PICTURES) && !alone(block, number) && spare > ROOM / 2) {
        limit(before, spare); // the words below a picture stay with it
        return null;
    }
    const room = edge - box(block).top, { height } = box(block);
    const stay = 1 + blocks.slice(0, number).findLastIndex((other) => !other.matches(HEADINGS));
    const fits = !block.matches(PICTURES) && height <= ROOM;
    if (stay > 0 && (alone(block, number) || fits || room < ROOM / 2)) {
        let begin = blocks[stay]; // with all that is around it alone
        while (!begin.parentElement.contains(blocks[stay - 1])) {
            begin = begin.parentElement;
        }
        range.setStartBefore(begin);
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
    const folded = rest.closest("details"), summary = block.closest("details")?.querySelector("summary");
    summary && !folded.querySelector("summary") && folded.prepend(summary.cloneNode(true));
}

/* Let a picture grow to that height. */
function limit(picture, height) {
    picture.style.maxHeight = `calc(${height / UNIT} * var(--unit))`;
}

/* Return how far down the last block of a slide ends. */
function bottom(slide) {
    return Math.max(...[...slide.querySelectorAll(BLOCKS)].map((block) => box(block).bottom));
}
