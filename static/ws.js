// The socket lives beside the page: http becomes ws, and https becomes wss.
const address = new URL("ws", document.baseURI);
address.protocol = address.protocol.replace("http", "ws");

const form = document.getElementById("form");
const input = document.getElementById("messageText");
const messages = document.getElementById("messages");
const connection = document.getElementById("connection");

const FIRST_WAIT = 0.5; // seconds
const LONGEST_WAIT = 8; // seconds
const PATIENCE = 2; // seconds until the page names a message that has no answer
let wait = FIRST_WAIT;
let unanswered = []; // what was sent and has not come back yet
let socket;

function say(text) {
  if (connection.textContent !== text) connection.textContent = text; // read aloud once
}

function report() {
  if (socket.readyState !== WebSocket.OPEN) return;
  say(unanswered.length ? `Connected. No answer yet to: ${unanswered.join(", ")}` : "Connected.");
}

function append(text) {
  const item = document.createElement("li");
  item.textContent = text; // as text: a <script> in a message must not run
  messages.append(item);
}

function connect() {
  say("Connecting.");
  socket = new WebSocket(address);
  socket.onopen = report;
  socket.onmessage = (event) => {
    wait = FIRST_WAIT; // here and not in onopen: the server works again
    unanswered.shift();
    append(event.data);
    if (unanswered.length === 0) report();
  };
  socket.onclose = () => {
    unanswered.forEach((text) => append(`Not answered: ${text}`));
    unanswered = [];
    say(`Not connected. Next try in ${wait} s.`);
    setTimeout(connect, wait * 1000);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  };
}

function sendMessage(event) {
  event.preventDefault(); // otherwise the form loads the page again
  if (socket.readyState === WebSocket.OPEN) {
    socket.send(input.value);
    unanswered.push(input.value);
    input.value = "";
    setTimeout(report, PATIENCE * 1000);
  } else {
    say("Not connected: your message is still in the box.");
  }
  input.focus();
}

form.addEventListener("submit", sendMessage);
connect();
