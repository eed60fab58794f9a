/* Share out what the slides show, below headings and in letters that fit. */
/* Give a slide's pictures the room that is left. */
function grow(slide) {
    const pictures = [...slide.querySelectorAll(PICTURES)];
    const spare = box(slide).top + EDGE - bottom(slide);
    for (const picture of pictures) {
        limit(picture, box(picture).height + spare / pictures.length);
    }
}

/* Let a slide have smaller letters where all of it fits then, and has no room otherwise. */
function tighten(slide) {
    const fits = () => bottom(slide) <= box(slide).top + EDGE + 1;
    if (!fits()) {
        slide.classList.add("tight");
        slide.classList.toggle("tight", fits());
    }
}

/* Put the heading of the first slide of a stack on the others, with their numbers. */
function head(slide, title) {
    if (title && !slide.querySelector(HEADINGS)) {
        const again = title.cloneNode(true);
        again.removeAttribute("id");
        again.classList.add("again");
        again.querySelector(".anchor-link")?.remove();
        again.append(document.createElement("small"));
        slide.prepend(again);
    }
}

/* Share out the slides, as high and as wide as they are in a window of 4:3. */
function shareOut() {
    for (const stack of document.querySelectorAll(".slides > section")) {
        stack.classList.add("measured");
        const title = stack.querySelector(HEADINGS);
        for (let slide of [...stack.children]) {
            while (slide) {
                slide.classList.add("measured");
                head(slide, title);
                tighten(slide);
                const next = moveRest(slide);
                grow(slide);
                slide.classList.remove("measured");
                next && slide.after(next);
                slide = next;
            }
        }
        for (const [number, slide] of [...stack.children].entries()) {
            slide.querySelector(".again small")?.append(` (${number + 1} of ${stack.children.length})`);
        }
        stack.classList.remove("measured");
    }
}
