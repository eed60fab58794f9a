// The box that sends to everybody, and what was sent.
const form = document.getElementById("newsForm");
const text = document.getElementById("newsText");
const cell = document.getElementById("newsCell");
const state = document.getElementById("newsState");
const sent = document.getElementById("sent");

export function startNews(send) {
  form.onsubmit = (event) => {
    event.preventDefault();
    state.textContent = "";
    const gone = send({ type: "news", text: text.value, cell: cell.checked });
    if (!gone) state.textContent = "Not sent: the board is not connected. The text is still in the box.";
  };
}

// The board has kept it, or says why not.
export function onSent(reason) {
  state.textContent = reason ? `Not sent: ${reason}.` : "Sent.";
  if (!reason) text.value = "";
}

export function clearNews() {
  sent.replaceChildren();
}

export function showNews(news) {
  for (const one of news) {
    const item = document.createElement("li");
    const shown = document.createElement(one.cell ? "code" : "span");
    shown.textContent = one.text; // as text: a <script> in it must not run
    item.append(shown);
    sent.append(item);
  }
}
