(script) => {
  const figure = script.closest("figure");
  const moments = [...figure.querySelectorAll(".moment")];
  const [back, step, play] = figure.querySelectorAll("button");
  const output = figure.querySelector("output");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let shown = moments.length; // how many are drawn: all of them, until somebody steps
  let timer = null;

  function show(count) {
    shown = Math.max(0, Math.min(moments.length, count));
    moments.forEach((moment, at) => {
      moment.classList.toggle("later", at >= shown);
      moment.classList.toggle("now", at === shown - 1);
    });
    const now = shown ? `: ${moments[shown - 1].getAttribute("aria-label")}` : "";
    output.textContent = `${shown} of ${moments.length}${now}`;
    if (shown === moments.length) stop();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  }

  back.onclick = () => (stop(), show(shown - 1));
  step.onclick = () => (stop(), show(shown === moments.length ? 1 : shown + 1));
  play.onclick = () => {
    if (timer) return stop();
    if (still.matches) return show(moments.length);
    if (shown === moments.length) show(0);
    play.textContent = "Pause";
    timer = setInterval(() => show(shown + 1), 700);
  };
  figure.querySelector(".timeline-picture").onkeydown = (event) => {
    const key = { ArrowRight: step, ArrowLeft: back, " ": play }[event.key];
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // otherwise the page scrolls, or a slide goes on
    event.stopPropagation();
    key.click();
  };
  figure.querySelector(".timeline-buttons").hidden = false;
}
