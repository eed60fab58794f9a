let [log, after] = ["", 0]; // the last message that is here: in which log, and its number
const whispers = new Set(); // their ids
let [name, inside, wasInside] = ["", false, false]; // who wants to be in the room; whether they are, and were

function join() {
  if (name && socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: "join", name, log, after }));
}

// What to do on each type of message.
const on = {
  welcome(message) {
    [inside, wasInside] = [true, true];
    if (message.log !== log) [log, after] = [message.log, 0]; // a number counts in one log
    showPeople(message.people);
    showRoom();
    setStatus(`You are in the room as ${name}.`);
    sendFirst();
  },
  joined(message) {
    addPerson(message.name);
    addItem(messages, `${message.name} joined.`);
  },
  left(message) {
    removePerson(message.name);
    addItem(messages, `${message.name} left.`);
  },
  notice: (message) => addItem(messages, message.text),
  gap: () => addItem(messages, "Here messages are missing: they are not kept any more."),
  kept: (message) => take(message.id),
  message(message) {
    if (message.log === log && message.number <= after) return; // it is here already
    [log, after] = [message.log, message.number];
    if (message.name === name) take(message.id);
    addItem(messages, `${message.name}: ${message.text}`);
  },
  whisper(message) {
    const mine = message.name === name;
    if (mine) take(message.id);
    if (message.id && whispers.has(message.id)) return; // it was sent again
    whispers.add(message.id);
    const who = mine ? `You whisper to ${message.to}` : `${message.name} whispers to you`;
    addItem(messages, `${who}: ${message.text}`).className = "whisper";
  },
  error(message) {
    if (inside && JSON.parse(message.request).type === "join") return; // it was asked for twice
    setStatus(`The room says: ${message.reason}.`);
    if (inside && message.again) return setTimeout(sendFirst, 1000);
    if (inside) return addItem(messages, `Not sent: ${take(JSON.parse(message.request).id)}`);
    if (wasInside || message.again) return setTimeout(join, 1000); // my connection of before may have the name
    name = "";
    showJoin();
  },
};
