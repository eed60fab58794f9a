// Step 1: over a socket. It stays, for all questions; an empty text stops an answer.
const overSocket = panel("socket");
let socket;

function connect() {
  socket = new WebSocket(new URL("answers/ws", document.baseURI.replace("http", "ws")));
  socket.onopen = () => overSocket.say("Connected.");
  socket.onmessage = ({ data }) => {
    const { number, word, end } = JSON.parse(data);
    if (end) overSocket.end(`The answer is ${end},`);
    else overSocket.add(number, word);
  };
  socket.onclose = () => {
    overSocket.end("The connection is gone,");
    setTimeout(connect, 1000);
  };
}

function tell(text) {
  if (socket.readyState === socket.OPEN) socket.send(text);
  else overSocket.say("Not connected. Try again in a second.");
}

overSocket.stopButton.onclick = () => tell("");
connect();

// Step 2: over SSE. A request for each answer, and the only way to stop it is to end that.
const overSse = panel("sse");
let source;

function endSse(how) {
  if (!source) return; // no answer is coming
  source.close();
  source = null;
  overSse.end(how);
}

function ask(text) {
  endSse("The answer is stopped,");
  source = new EventSource(`answers/sse?question=${encodeURIComponent(text)}`);
  source.onmessage = ({ lastEventId, data }) => overSse.add(Number(lastEventId), JSON.parse(data));
  source.addEventListener("end", () => endSse("The answer is whole,")); // otherwise the browser asks again
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) endSse("The server refused to go on,");
    else overSse.say("The connection is gone. The browser tries again.");
  };
}

overSse.stopButton.onclick = () => endSse("The answer is stopped,");

// Step 3: one question for both.
document.getElementById("form").onsubmit = (event) => {
  event.preventDefault(); // otherwise the form loads the page again
  const text = document.getElementById("question").value;
  tell(text);
  ask(text);
};
