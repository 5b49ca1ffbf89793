"use strict";
(() => {
  /** Decodes base64 to an array of the given type; all machines that browsers run on are little-endian. */
  const decode = (text, Type) => new Type(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const panels = JSON.parse(document.getElementById("data").textContent);
  const card = document.getElementById("card");
  const FULL = 65535;
  const REACH = 12;

  const rgba = (hex) => {
    const n = parseInt(hex.slice(1), 16);
    return 0xff000000 | ((n & 255) << 16) | (n & 0xff00) | (n >> 16);
  };

  /** Loads a sheet of images when one of them is first looked at. */
  const loadSheet = (sprites, idx) => {
    sprites.loaded ??= [];
    if (!sprites.loaded[idx]) {
      const image = new Image();
      image.src = `data:image/jpeg;base64,${sprites.sheets[idx]}`;
      sprites.loaded[idx] = image;
    }
    return sprites.loaded[idx];
  };

  for (const section of document.querySelectorAll(".panel")) {
    const panel = panels[section.dataset.panel];
    const points = decode(panel.points, Uint16Array);
    const labels = decode(panel.labels, Uint16Array);
    const origins = decode(panel.origins, Uint32Array);
    const colours = panel.classes.map((c) => rgba(c.colour));
    const shown = panel.classes.map(() => true);
    const canvas = section.querySelector("canvas");
    // Frames are made of pixels, which no graphics card needs to hold.
    const context = canvas.getContext("2d", { willReadFrequently: true });
    // The part of the square that is seen: its corner and its side.
    let view = { x: 0, y: 0, side: FULL };
    let isWaiting = false;
    let hovered = -1;

    const [across, up] = section.querySelectorAll(".axis");
    if (panel.axes) [across.textContent, up.textContent] = panel.axes;

    const toScreen = (i, scale) => [(points[2 * i] - view.x) * scale, (FULL - points[2 * i + 1] - view.y) * scale];

    const draw = () => {
      isWaiting = false;
      const size = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
      if (canvas.width !== size) canvas.width = canvas.height = size;
      const image = context.createImageData(size, size);
      const pixels = new Uint32Array(image.data.buffer).fill(0xffffffff);
      const scale = size / view.side;
      const zoom = FULL / view.side;
      const width = Math.max(1, Math.round(devicePixelRatio * Math.min(6, (labels.length > 20000 ? 1.2 : 2.5) * Math.sqrt(zoom))));
      const half = width >> 1;
      for (let i = 0; i < labels.length; i++) {
        if (!shown[labels[i]]) continue;
        const x = ((points[2 * i] - view.x) * scale | 0) - half;
        const y = ((FULL - points[2 * i + 1] - view.y) * scale | 0) - half;
        if (x < 0 || y < 0 || x + width > size || y + width > size) continue;
        const colour = colours[labels[i]];
        for (let row = y * size + x; row < (y + width) * size + x; row += size) pixels.fill(colour, row, row + width);
      }
      context.putImageData(image, 0, 0);
      if (hovered >= 0) {
        const [x, y] = toScreen(hovered, scale);
        context.beginPath();
        context.arc(x, y, 6 * devicePixelRatio, 0, 2 * Math.PI);
        context.lineWidth = 2 * devicePixelRatio;
        context.stroke();
      }
    };
    const redraw = () => {
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(draw);
    };

    const showCard = (i, event) => {
      const is_test = origins[i] >>> 31;
      const picture = card.querySelector("canvas");
      picture.hidden = !panel.sprites;
      if (panel.sprites) {
        const { size: [width, height], across: n } = panel.sprites;
        const onSheet = i % (n * n);
        const sheet = loadSheet(panel.sprites, Math.floor(i / (n * n)));
        const paint = () => {
          if (hovered !== i) return;
          [picture.width, picture.height] = [width, height];
          picture.getContext("2d").drawImage(sheet, (onSheet % n) * width, Math.floor(onSheet / n) * height, width, height, 0, 0, width, height);
        };
        if (sheet.complete) paint(); else sheet.addEventListener("load", paint, { once: true });
      }
      card.querySelector("p").textContent = `${panel.classes[labels[i]].name}, ${is_test ? "test" : "train"} ${origins[i] & 0x7fffffff}`;
      card.hidden = false;
      card.style.left = `${Math.min(event.clientX + 14, innerWidth - card.offsetWidth - 4)}px`;
      card.style.top = `${Math.min(event.clientY + 14, innerHeight - card.offsetHeight - 4)}px`;
    };

    const hover = (event) => {
      const scale = canvas.clientWidth / view.side;
      let best = REACH * REACH, found = -1;
      for (let i = 0; i < labels.length; i++) {
        if (!shown[labels[i]]) continue;
        const dx = (points[2 * i] - view.x) * scale - event.offsetX;
        const dy = (FULL - points[2 * i + 1] - view.y) * scale - event.offsetY;
        const d = dx * dx + dy * dy;
        if (d < best) [best, found] = [d, i];
      }
      if (found !== hovered) {
        hovered = found;
        redraw();
      }
      if (found >= 0) showCard(found, event); else card.hidden = true;
    };
    const leave = () => {
      card.hidden = true;
      if (hovered >= 0) redraw();
      hovered = -1;
    };

    /** Keeps at least a part of the square in sight. */
    const move = (next) => {
      const side = Math.min(FULL * 1.5, Math.max(FULL / 400, next.side));
      const keep = (v) => Math.min(FULL - side * 0.1, Math.max(side * -0.9, v));
      view = { side, x: keep(next.x), y: keep(next.y) };
      canvas.dataset.view = JSON.stringify(view);
      redraw();
    };
    const zoomAt = (factor, fx, fy) => {
      const side = Math.min(FULL * 1.5, Math.max(FULL / 400, view.side * factor));
      move({ side, x: view.x + (view.side - side) * fx, y: view.y + (view.side - side) * fy });
    };

    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoomAt(Math.exp(event.deltaY * 0.0015), event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight);
    }, { passive: false });
    // One pointer moves, two zoom.
    const pointers = new Map();
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, event);
      leave();
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) {
        hover(event);
        return;
      }
      const others = [...pointers.values()].filter((p) => p.pointerId !== event.pointerId);
      if (others.length) {
        const distance = (p) => Math.hypot(p.clientX - others[0].clientX, p.clientY - others[0].clientY) || 1;
        zoomAt(distance(before) / distance(event), 0.5, 0.5);
      } else {
        const unit = view.side / canvas.clientWidth;
        move({ side: view.side, x: view.x - (event.clientX - before.clientX) * unit, y: view.y - (event.clientY - before.clientY) * unit });
      }
      pointers.set(event.pointerId, event);
    });
    for (const type of ["pointerup", "pointercancel"]) canvas.addEventListener(type, (event) => pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", leave);
    canvas.addEventListener("dblclick", () => move({ x: 0, y: 0, side: FULL }));
    canvas.addEventListener("keydown", (event) => {
      const by = view.side / 8;
      const moves = {
        "+": () => zoomAt(0.7, 0.5, 0.5),
        "-": () => zoomAt(1 / 0.7, 0.5, 0.5),
        0: () => move({ x: 0, y: 0, side: FULL }),
        ArrowLeft: () => move({ ...view, x: view.x - by }),
        ArrowRight: () => move({ ...view, x: view.x + by }),
        ArrowUp: () => move({ ...view, y: view.y - by }),
        ArrowDown: () => move({ ...view, y: view.y + by }),
      };
      if (!moves[event.key]) return;
      event.preventDefault();
      moves[event.key]();
    });

    const legend = section.querySelector(".legend");
    const mark = () => {
      legend.querySelectorAll("button").forEach((button, i) => button.setAttribute("aria-pressed", shown[i]));
      leave();
      redraw();
    };
    panel.classes.forEach(({ name, colour, n }, i) => {
      const button = document.createElement("button");
      button.style.setProperty("--class", colour);
      button.textContent = name;
      button.title = `${n.toLocaleString("en")} samples`;
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", (event) => {
        if (event.detail === 2) {
          // The second click of a double click: this class alone, or all again.
          const isAlone = shown.every((s, j) => j === i || !s);
          shown.forEach((_, j) => (shown[j] = isAlone || j === i));
        } else {
          shown[i] = !shown[i];
        }
        mark();
      });
      const item = document.createElement("li");
      item.append(button);
      legend.append(item);
    });
    new ResizeObserver(redraw).observe(canvas);
    redraw();
  }
})();
