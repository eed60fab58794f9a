// The socket lives beside the page: http becomes ws, and https becomes wss.
const address = new URL("ws", document.baseURI);
address.protocol = address.protocol.replace("http", "ws");

const form = document.getElementById("form");
const input = document.getElementById("messageText");
const messages = document.getElementById("messages");
const connection = document.getElementById("connection");

const FIRST_WAIT = 0.5; // seconds
const LONGEST_WAIT = 8; // seconds
let wait = FIRST_WAIT;
let unanswered = []; // what was sent and has not come back yet
let socket;

function append(text) {
  const item = document.createElement("li");
  item.textContent = text; // as text: a <script> in a message must not run
  messages.append(item);
}

function connect() {
  socket = new WebSocket(address);
  socket.onopen = () => {
    wait = FIRST_WAIT;
    connection.textContent = "Connected.";
  };
  socket.onmessage = (event) => {
    unanswered.shift();
    append(event.data);
  };
  socket.onclose = () => {
    unanswered.forEach((text) => append(`Not answered: ${text}`));
    unanswered = [];
    connection.textContent = `Not connected. Next try in ${wait} s.`;
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
  } else {
    connection.textContent = "Not connected: your message is still in the box.";
  }
  input.focus();
}

connection.textContent = "Connecting.";
form.addEventListener("submit", sendMessage);
connect();
