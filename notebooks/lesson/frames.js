(script) => {
  const figure = script.closest("figure");
  const { bytes, words, shown } = JSON.parse(figure.dataset.frame);
  const [toolbar, body, output] = ["[role=toolbar]", "tbody", "output"].map((part) => figure.querySelector(part));
  const data = [...bytes];
  const hex = (part) => part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const bits = (byte) => byte.toString(2).padStart(8, "0");
  const number = (part) => part.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

  function text(part) {
    const said = new TextDecoder().decode(new Uint8Array(part));
    return `'${said.length < 32 ? said : `${said.slice(0, 30)}…`}'`;
  }

  function isText(part, whole) {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(part), { stream: !whole });
      return true;
    } catch {
      return false;
    }
  }

  function inWords(opcode, compressed, plain) {
    if (compressed) return `compressed, ${plain.length} bytes`;
    if (opcode === 8 && plain.length > 1)
      return `code ${number(plain.slice(0, 2))}` + (plain.length > 2 ? `, reason ${text(plain.slice(2))}` : "");
    return [0, 1, 8, 9, 10].includes(opcode) ? text(plain) : `${plain.length} bytes`;
  }

  /* Return the rows of the table, as show_frame() has them, and what the frame is, in a sentence. */
  function read() {
    const [first, second] = data, [opcode, sign] = [first & 15, second & 127], control = opcode > 7;
    const fin = first >> 7, masked = second >> 7;
    const rows = [
      ["0", bits(first).slice(0, 1), "FIN", words.FIN[fin]],
      ["0", bits(first).slice(1, 4), "RSV1 RSV2 RSV3", words.RSV[(first >> 4) & 7]],
      ["0", bits(first).slice(4), "opcode", words.opcode[opcode]],
      ["1", bits(second).slice(0, 1), "MASK", words.MASK[masked]],
      ["1", bits(second).slice(1), "Payload len", sign < 126 ? `${sign}` : words.sign.replace("{}", sign)],
    ];
    let end = 2;
    function take(count, field, meaning) {
      const part = data.slice(end, end + count), last = end + part.length - 1;
      const place = part.length > 1 ? `${end}-${last}` : `${end}`;
      if (part.length)
        rows.push([place, hex(part.slice(0, shown)) + (part.length > shown ? " …" : ""), field, meaning(part)]);
      end += count;
      return part;
    }
    const extended = sign > 125 ? take(sign === 126 ? 2 : 8, "Extended payload length", (part) => `${number(part)}`) : [];
    const length = sign > 125 ? number(extended) : BigInt(sign), known = end <= data.length;
    const key = masked ? take(4, "Masking-key", () => words.key) : [0, 0, 0, 0];
    let plain = [];
    if (known)
      take(Number(length), "Payload Data", (part) => {
        plain = part.map((byte, at) => byte ^ key[at % 4]);
        return inWords(opcode, first & 0x40, plain);
      });
    const missing = BigInt(end - data.length), whole = known && missing <= 0;
    const code = Number(number(plain.slice(0, 2)));
    const reason = opcode === 8 ? plain.slice(2) : plain;
    const rules = [
      [first & 0x70, "RSV1, RSV2 and RSV3 are 0 where no extension was agreed on", "5.2"],
      [words.opcode[opcode].endsWith("reserved"), "this opcode has no meaning yet", "5.2"],
      [control && !fin, "a control frame is never a piece of something, so FIN is 1", "5.5"],
      [control && sign > 125, "a control frame has a payload of 125 bytes at most", "5.5"],
      [known && length < { 126: 126, 127: 65536 }[sign], "a length is written in as few bytes as it needs", "5.2"],
      [known && length >> 63n, "the first bit of 8 bytes of length is 0", "5.2"],
      [opcode === 8 && length === 1n, "the payload of a close is empty, or begins with a code of 2 bytes", "5.5.1"],
      [whole && opcode === 8 && length > 1n && !words.codes.includes(code) && !(code >= 3000 && code < 5000),
        `the code ${code} is not sent`, "7.4"],
      [whole && [1, 8].includes(opcode) && !isText(reason, fin), "a text is UTF-8", "8.1"],
    ];
    const [, why, section] = rules.find(([broken]) => broken) ?? [];
    if (why) return [rows, `No valid frame: ${why} (RFC 6455, section ${section}).`];
    if (!whole) return [rows, `Not whole: ${missing > 0 ? missing : "more"} bytes are missing, and the receiver waits for them.`];
    const parts = [words.opcode[opcode].split(", ")[1], ...(plain.length ? [inWords(opcode, 0, plain)] : [])];
    const more = [...(opcode ? [] : ["valid only after a frame without FIN"]), ...(fin ? [] : [words.FIN[0]])];
    const rest = missing < 0 ? ` The next frame begins at byte ${end}.` : "";
    return [rows, `A valid frame from a ${masked ? "client" : "server"}: ${[parts.join(" "), ...more].join("; ")}.${rest}`];
  }

  const fieldOf = (rows, at, bit) => {
    if (at === 0) return ["FIN", "RSV1", "RSV2", "RSV3"][bit] ?? "opcode";
    if (at === 1) return bit ? "Payload len" : "MASK";
    const found = rows.find(([place]) => at >= +place.split("-")[0] && at <= +place.split("-").at(-1));
    return found ? found[2] : "the next frame";
  };

  const buttons = [], names = [];
  data.forEach((_, at) => {
    const group = toolbar.appendChild(document.createElement("div"));
    names.push(group.appendChild(document.createElement("div")));
    for (let bit = 0; bit < 8; bit++) {
      const button = group.appendChild(document.createElement("button"));
      button.type = "button";
      button.tabIndex = buttons.push(button) === 1 ? 0 : -1;
      button.onclick = () => ((data[at] ^= 128 >> bit), show());
    }
  });

  function show() {
    const [rows, said] = read();
    output.textContent = said;
    body.replaceChildren(...rows.map((row) => {
      const line = document.createElement("tr");
      row.forEach((cell) => (line.insertCell().textContent = cell));
      return line;
    }));
    data.forEach((byte, at) => {
      const fields = [0, 1, 4].map((bit) => fieldOf(rows, at, bit).replace("RSV1", "RSV"));
      names[at].replaceChildren(document.createElement("code"), ` ${[...new Set(fields)].join(", ")}`);
      names[at].firstChild.textContent = hex([byte]);
    });
    buttons.forEach((button, place) => {
      const [at, bit] = [place >> 3, place & 7];
      button.textContent = bits(data[at])[bit];
      button.ariaPressed = button.textContent === "1";
      button.ariaLabel = button.title = `byte ${at}, bit ${bit}: ${fieldOf(rows, at, bit)}`;
    });
  }

  toolbar.addEventListener("focusin", (event) => {
    buttons.forEach((button) => (button.tabIndex = button === event.target ? 0 : -1));
  });
  toolbar.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    const next = buttons[buttons.indexOf(event.target) + step];
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // otherwise the page scrolls, or a slide goes on
    event.stopPropagation();
    next.focus();
  };
  figure.querySelector("p button").onclick = () => (data.splice(0, data.length, ...bytes), show());
  figure.querySelectorAll("[hidden]").forEach((part) => (part.hidden = false));
  show();
}
