// What was typed here and is not kept yet, in its order. Only the first text is on its way.
const sending = document.getElementById("sending");
const outbox = []; // of { id, to, text, item }

function put(text, to) {
  const id = Math.floor(Math.random() * 2 ** 53); // under which it is kept once
  outbox.push({ id, to, text, item: addItem(sending, to ? `to ${to}: ${text}` : text) });
  if (outbox.length === 1) sendFirst();
}

function sendFirst() {
  if (!inside || !outbox.length) return; // the next welcome sends it
  const { id, to, text } = outbox[0];
  socket.send(JSON.stringify(to ? { type: "whisper", id, to, text } : { type: "message", id, text }));
}

// Take a text out that the room has kept or refused, and return it.
function take(id) {
  const place = outbox.findIndex((one) => one.id === id);
  if (place < 0) return null;
  const [{ text, item }] = outbox.splice(place, 1);
  item.remove();
  if (place === 0) sendFirst();
  return text;
}

messageForm.onsubmit = (event) => {
  event.preventDefault();
  messageText.focus();
  put(messageText.value, toText.value.trim());
  messageText.value = "";
};

onbeforeunload = (event) => {
  if (outbox.length) event.preventDefault(); // so the browser asks
};
