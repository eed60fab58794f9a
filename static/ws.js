// Step 1: connect, say how things are, and come back.
const connection = document.getElementById("connection");
const [FIRST_WAIT, LONGEST_WAIT] = [0.5, 8]; // seconds until the page tries again
const on = { open: [], message: [], close: [] }; // what to do when that happens to the socket
let socket, wait = FIRST_WAIT;

function setStatus(text) {
  if (connection.textContent !== text) connection.textContent = text; // read aloud once
}

function connect() {
  setStatus("Connecting.");
  // The socket lives beside the page: http becomes ws, and https becomes wss.
  socket = new WebSocket(new URL("ws", document.baseURI.replace("http", "ws")));
  for (const name in on) socket.addEventListener(name, (event) => on[name].forEach((act) => act(event)));
}

on.open.push(() => setStatus("Connected."));
on.close.push(({ code, reason }) => {
  setStatus(`Not connected (code ${code}${reason && ", "}${reason}). Next try in ${wait} s.`);
  setTimeout(connect, wait * 1000);
  wait = Math.min(2 * wait, LONGEST_WAIT);
});
connect();

// Step 2: show each message. A connection that brings one, or stands for a second, is a good one.
const messages = document.getElementById("messages");

function addItem(list, text) {
  const item = document.createElement("li");
  item.textContent = text; // as text: a <script> in it must not run
  list.append(item);
  const log = list.parentElement; // its scrollTop is 0 at the end, and less where the reader reads back
  log.scrollTop = log.scrollTop < -20 ? log.scrollTop - item.offsetHeight : 0;
}

const waitAnew = () => (wait = FIRST_WAIT);
on.message.push(waitAnew, (event) => addItem(messages, event.data));
on.open.push(({ target }) => setTimeout(() => target.readyState === target.OPEN && waitAnew(), 1000));

// Step 3: send, and name what has no answer.
const messageText = document.getElementById("messageText");
const unanswered = []; // what was sent and has not come back yet

function showConnected() {
  const late = unanswered.length ? ` No answer yet to: ${unanswered.join(", ")}` : "";
  if (socket.readyState === socket.OPEN) setStatus(`Connected.${late}`);
}

on.message.push(() => unanswered.shift(), () => unanswered.length || showConnected());
on.close.push(() => unanswered.splice(0).forEach((text) => addItem(messages, `Not answered: ${text}`)));
document.getElementById("form").onsubmit = (event) => {
  event.preventDefault(); // otherwise the form loads the page again
  messageText.focus();
  if (socket.readyState !== socket.OPEN) return setStatus("Not connected: your message is still in the box.");
  socket.send(messageText.value);
  unanswered.push(messageText.value);
  messageText.value = "";
  setTimeout(showConnected, 2000); // to name it if it has no answer by then
};
