const messageText = document.getElementById("messageText");
const messages = document.getElementById("messages");
const connection = document.getElementById("connection");

const [FIRST_WAIT, LONGEST_WAIT] = [0.5, 8]; // seconds until the page tries again
const STEADY = 1; // seconds until a connection is taken for a good one
const PATIENCE = 2; // seconds until the page names a message that has no answer
const unanswered = []; // what was sent and has not come back yet
let socket, timer, wait = FIRST_WAIT;

function setStatus(text) {
  if (connection.textContent !== text) connection.textContent = text; // read aloud once
}

function showConnected() {
  const late = unanswered.length ? ` No answer yet to: ${unanswered.join(", ")}` : "";
  if (socket.readyState === socket.OPEN) setStatus(`Connected.${late}`);
}

function addItem(list, text) {
  const item = document.createElement("li");
  item.textContent = text; // as text: a <script> in it must not run
  list.append(item);
  const log = list.parentElement; // its scrollTop is 0 at the end, and less where the reader reads back
  log.scrollTop = log.scrollTop < -20 ? log.scrollTop - item.offsetHeight : 0;
}

function connect() {
  setStatus("Connecting.");
  // The socket lives beside the page: http becomes ws, and https becomes wss.
  socket = new WebSocket(new URL("ws", document.baseURI.replace("http", "ws")));
  socket.onopen = () => {
    timer = setTimeout(() => (wait = FIRST_WAIT), STEADY * 1000); // not yet: it may fail at once
    showConnected();
  };
  socket.onmessage = (event) => {
    wait = FIRST_WAIT; // the server works again
    unanswered.shift();
    addItem(messages, event.data);
    if (unanswered.length === 0) showConnected();
  };
  socket.onclose = ({ code, reason }) => {
    clearTimeout(timer);
    unanswered.splice(0).forEach((text) => addItem(messages, `Not answered: ${text}`));
    setStatus(`Not connected (code ${code}${reason && ", "}${reason}). Next try in ${wait} s.`);
    setTimeout(connect, wait * 1000);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  };
}

document.getElementById("form").onsubmit = (event) => {
  event.preventDefault(); // otherwise the form loads the page again
  messageText.focus();
  if (socket.readyState !== socket.OPEN) return setStatus("Not connected: your message is still in the box.");
  socket.send(messageText.value);
  unanswered.push(messageText.value);
  messageText.value = "";
  setTimeout(showConnected, PATIENCE * 1000);
};
connect();
