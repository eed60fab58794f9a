// The room's socket lives below its page: http becomes ws, and https becomes wss.
const address = new URL("room/ws", document.baseURI);
address.protocol = address.protocol.replace("http", "ws");

const joinForm = document.getElementById("joinForm");
const nameText = document.getElementById("nameText");
const messageForm = document.getElementById("messageForm");
const messageText = document.getElementById("messageText");
const connection = document.getElementById("connection");
const people = document.getElementById("people");
const messages = document.getElementById("messages");

const FIRST_WAIT = 0.5; // seconds
const LONGEST_WAIT = 8; // seconds
let wait = FIRST_WAIT;
let name = ""; // who wants to be in the room; empty: nobody yet
let inside = false; // whether the server has said welcome
let unanswered = []; // what was sent and has not come back yet
let socket;

function say(text) {
  if (connection.textContent !== text) connection.textContent = text; // read aloud once
}

function append(list, text) {
  const item = document.createElement("li");
  item.textContent = text; // as text: a <script> in a name or a message must not run
  list.append(item);
}

function remove(list, text) {
  const item = [...list.children].find((item) => item.textContent === text);
  if (item) item.remove();
}

function answered(text) {
  const at = unanswered.indexOf(text); // by what it says: a refusal can overtake another answer
  if (at >= 0) unanswered.splice(at, 1);
  return at >= 0;
}

// What to do with each type of message.
const hear = {
  welcome(message) {
    wait = FIRST_WAIT; // here and not in onopen: the server works again
    inside = true;
    people.replaceChildren();
    message.people.forEach((person) => append(people, person));
    say(`You are in the room as ${name}.`);
    messageForm.hidden = false;
    if (!joinForm.hidden) messageText.focus(); // only the first time: later somebody may be typing
    joinForm.hidden = true;
  },
  joined(message) {
    remove(people, message.name); // the welcome may have had that name already
    append(people, message.name);
    append(messages, `${message.name} joined.`);
  },
  left(message) {
    remove(people, message.name);
    append(messages, `${message.name} left.`);
  },
  message(message) {
    if (message.name === name) answered(message.text);
    append(messages, `${message.name}: ${message.text}`);
  },
  notice(message) {
    append(messages, message.text);
  },
  error(message) {
    if (inside) {
      const { text } = JSON.parse(message.request);
      if (answered(text)) append(messages, `Not sent: ${text}`);
      say(`The room says: ${message.reason}.`);
    } else {
      name = "";
      joinForm.hidden = false;
      messageForm.hidden = true;
      say(`You are not in the room: ${message.reason}.`);
      nameText.focus();
    }
  },
};

function join() {
  socket.send(JSON.stringify({ type: "join", name }));
}

function connect() {
  say("Connecting.");
  socket = new WebSocket(address);
  socket.onopen = () => (name ? join() : say("Connected. Join with a name."));
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    hear[message.type](message);
  };
  socket.onclose = (event) => {
    inside = false;
    people.replaceChildren();
    unanswered.forEach((text) => append(messages, `Not answered: ${text}`));
    unanswered = [];
    const reason = event.reason ? ` (${event.reason})` : "";
    say(`Not connected${reason}. Next try in ${wait} s.`);
    setTimeout(connect, wait * 1000);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  };
}

joinForm.addEventListener("submit", (event) => {
  event.preventDefault(); // otherwise the form loads the page again
  if (name && socket.readyState === WebSocket.OPEN) return; // the room has not answered yet
  name = nameText.value.trim();
  if (socket.readyState === WebSocket.OPEN) join();
});

messageForm.addEventListener("submit", (event) => {
  event.preventDefault();
  if (inside) {
    socket.send(JSON.stringify({ type: "message", text: messageText.value }));
    unanswered.push(messageText.value);
    messageText.value = "";
  } else {
    say("Not connected: your message is still in the box.");
  }
  messageText.focus();
});

connect();
