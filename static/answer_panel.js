// What a way shows of an answer, and nothing about its connection.
function addItem(list, text) {
  const item = document.createElement("li");
  item.textContent = text;
  list.append(item);
}

function panel(id) {
  const find = (what) => document.querySelector(`#${id} ${what}`);
  const [status, now, list, stopButton] = ["[role=status]", ".now", "ul", "button"].map(find);
  let count = 0; // words of this answer
  return {
    stopButton,
    say(text) {
      if (status.textContent !== text) status.textContent = text; // read aloud once
    },
    add(number, word) {
      count = number;
      now.textContent += word; // outside of the log, which reads aloud whatever is added to it
      this.say("The answer comes.");
    },
    end(how) {
      this.say(`${how} after ${count} words.`);
      if (count) addItem(list, now.textContent); // and now it is read, in one piece
      now.textContent = "";
      count = 0;
    },
  };
}
