const joinForm = document.getElementById("joinForm");
const nameText = document.getElementById("nameText");
const messageForm = document.getElementById("messageForm");
const messageText = document.getElementById("messageText");
const connection = document.getElementById("connection");
const people = document.getElementById("people");
const messages = document.getElementById("messages");

const [FIRST_WAIT, LONGEST_WAIT] = [0.5, 8]; // seconds until the page tries again
const STEADY = 1; // seconds until a connection is taken for a good one
const unanswered = new Map(); // what was sent and has not come back yet: id -> text
let socket, timer, wait = FIRST_WAIT;
let name = ""; // who wants to be in the room; empty: nobody yet
let inside = false; // whether the server has said welcome

function setStatus(text) {
  if (connection.textContent !== text) connection.textContent = text; // read aloud once
}

function addItem(list, text) {
  const item = document.createElement("li");
  item.textContent = text; // as text: a <script> in it must not run
  list.append(item);
  const log = list.parentElement; // its scrollTop is 0 at the end, and less where the reader reads back
  log.scrollTop = log.scrollTop < -20 ? log.scrollTop - item.offsetHeight : 0;
}

function removeItem(list, text) {
  const item = [...list.children].find((item) => item.textContent === text);
  if (item) item.remove();
}

// What to do on each type of message.
const on = {
  welcome(message) {
    inside = true;
    people.replaceChildren();
    message.people.forEach((person) => addItem(people, person));
    setStatus(`You are in the room as ${name}.`);
    messageForm.hidden = false;
    if (!joinForm.hidden) messageText.focus(); // only the first time: later somebody may be typing
    joinForm.hidden = true;
  },
  joined(message) {
    removeItem(people, message.name); // the welcome may have had that name already
    addItem(people, message.name);
    addItem(messages, `${message.name} joined.`);
  },
  left(message) {
    removeItem(people, message.name);
    addItem(messages, `${message.name} left.`);
  },
  message(message) {
    unanswered.delete(message.id); // by its id: others may say the same, even under the same name
    addItem(messages, `${message.name}: ${message.text}`);
  },
  notice(message) {
    addItem(messages, message.text);
  },
  error(message) {
    if (inside) {
      const { id, text } = JSON.parse(message.request);
      if (unanswered.delete(id)) addItem(messages, `Not sent: ${text}`);
      setStatus(`The room says: ${message.reason}.`);
    } else {
      name = "";
      joinForm.hidden = false;
      messageForm.hidden = true;
      setStatus(`You are not in the room: ${message.reason}.`);
      nameText.focus();
    }
  },
};

function join() {
  socket.send(JSON.stringify({ type: "join", name }));
}

function connect() {
  setStatus("Connecting.");
  // The room's socket lives below its page: http becomes ws, and https becomes wss.
  socket = new WebSocket(new URL("room/ws", document.baseURI.replace("http", "ws")));
  socket.onopen = () => {
    timer = setTimeout(() => (wait = FIRST_WAIT), STEADY * 1000); // not yet: it may fail at once
    if (name) join();
    else setStatus("Connected. Join with a name.");
  };
  socket.onmessage = (event) => {
    wait = FIRST_WAIT; // the server works again
    const message = JSON.parse(event.data);
    on[message.type](message);
  };
  socket.onclose = ({ code, reason }) => {
    clearTimeout(timer);
    inside = false;
    people.replaceChildren();
    unanswered.forEach((text) => addItem(messages, `Not answered: ${text}`));
    unanswered.clear();
    setStatus(`Not connected (code ${code}${reason && ", "}${reason}). Next try in ${wait} s.`);
    setTimeout(connect, wait * 1000);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  };
}

joinForm.onsubmit = (event) => {
  event.preventDefault(); // otherwise the form loads the page again
  if (name && socket.readyState === socket.OPEN) return; // the room has not answered yet
  name = nameText.value.trim();
  if (socket.readyState === socket.OPEN) join();
};

messageForm.onsubmit = (event) => {
  event.preventDefault();
  messageText.focus();
  if (!inside) return setStatus("Not connected: your message is still in the box.");
  const [id, text] = [Math.floor(Math.random() * 2 ** 53), messageText.value];
  socket.send(JSON.stringify({ type: "message", text, id }));
  unanswered.set(id, text);
  messageText.value = "";
};

connect();
