// The poster's panel: drop, paste or choose a file with a preview, and send it at once; watch the
// build of the variants; set the focus point. Without this script the fields do the same.
"use strict";

const panel = document.querySelector("[data-poster-panel]");
if (panel) {
  const find = (name) => panel.querySelector(`[data-${name}]`);
  const file = panel.querySelector("#poster_file");
  const address = panel.querySelector("#poster_url");
  const words = panel.dataset;
  const mib = (bytes) => (bytes / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });

  // Choosing.

  const preview = find("preview");
  const picture = preview.querySelector("img");
  const chosen = find("chosen");
  const fault = find("fault");
  let shown = "";

  const show = (element, text) => {
    element.textContent = text;
    element.hidden = !text;
  };

  const forget = () => {
    if (shown) URL.revokeObjectURL(shown);
    shown = "";
    preview.hidden = true;
    picture.removeAttribute("src");
    show(chosen, "");
    find("forget").hidden = true;
  };

  const refuse = (text) => {
    forget();
    file.value = "";
    show(fault, text);
  };

  // The file is sent as soon as it is chosen, so that what is wrong with it is told before Save. The
  // form then holds its signed key (poster_kept). Where this fails, the form sends the file itself.
  const kept = find("kept");
  const progress = find("progress");
  const warnings = find("warnings");
  const card = find("card");
  const keptBefore = kept.value;
  const SMALLER = { width: 1560, height: 2340 }; // twice the largest variant
  let upload = null;

  const setKept = (token) => {
    kept.value = token;
    kept.dispatchEvent(new Event("input", { bubbles: true }));
  };

  kept.addEventListener("input", () => {
    find("kept-draft").hidden = file.files.length > 0 || kept.value === keptBefore;
  });

  const setUploading = (now) => {
    panel.toggleAttribute("data-uploading", now);
    progress.hidden = !now;
    progress.removeAttribute("value");
    if (!now) panel.dispatchEvent(new Event("poster-sent", { bubbles: true }));
  };

  const stopUpload = () => {
    upload?.abort();
    upload = null;
    file.name = "poster_file";
    setKept(keptBefore);
    warnings.replaceChildren();
    warnings.hidden = card.hidden = true;
    setUploading(false);
  };

  const send = (one, name) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("poster_file", one, name);
    request.open("POST", words.send);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", document.querySelector("[name=csrf_token]").value);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      if (loaded < total) progress.value = loaded / total;
      else progress.removeAttribute("value");
    });
    upload = request;
    return new Promise((done) => {
      request.addEventListener("load", () => done(request.response && { status: request.status, ...request.response }));
      for (const failed of ["error", "abort"]) request.addEventListener(failed, () => done(null));
      request.send(body);
    });
  };

  // Returns the picture as a JPEG that the server takes, null where the browser cannot decode it.
  const smaller = async (one) => {
    try {
      const whole = await createImageBitmap(one);
      const scale = Math.min(SMALLER.width / whole.width, SMALLER.height / whole.height, 1);
      const canvas = Object.assign(document.createElement("canvas"), {
        width: Math.round(whole.width * scale),
        height: Math.round(whole.height * scale),
      });
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.fillStyle = "#fff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(whole, 0, 0, canvas.width, canvas.height);
      return await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
    } catch {
      return null;
    }
  };

  const showAnswer = (answer) => {
    file.removeAttribute("name");
    setKept(answer.token);
    warnings.replaceChildren(...answer.warnings.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    warnings.hidden = !answer.warnings.length;
    card.hidden = !answer.cropped;
    if (answer.cropped) card.querySelector("img").src = shown;
  };

  // mustShrink: the server does not take such a file; the browser may be able to convert it.
  const sendChosen = async (one, mustShrink) => {
    setUploading(true);
    const mine = Symbol("upload");
    sendChosen.last = mine;
    const isOver = () => sendChosen.last !== mine || file.files[0] !== one;
    const name = one.name.replace(/\.\w+$/, ".jpg");
    const refused = mustShrink ? { fault: mustShrink, shrink: true } : null;
    let answer = refused ?? (await send(one, one.name));
    if (isOver()) return;
    if (answer?.shrink) {
      const small = await smaller(one);
      if (isOver()) return;
      answer = small ? ((await send(small, name)) ?? answer) : answer;
      if (isOver()) return;
    }
    if (answer?.token) showAnswer(answer);
    else if (answer?.fault && answer.status !== 503) refuse(answer.fault);
    setUploading(false);
  };

  const showPreview = () => {
    const [one] = file.files;
    forget();
    stopUpload();
    show(fault, "");
    if (!one) return;
    const isHeic = /^image\/hei[cf]/.test(one.type) || /\.hei[cf]$/i.test(one.name);
    if ((!one.type.startsWith("image/") && !isHeic) || one.type === "image/svg+xml") {
      refuse(`${one.name}: ${words.noPicture}`);
    } else {
      shown = URL.createObjectURL(one);
      picture.src = shown;
      preview.hidden = false;
      show(chosen, `${one.name} · ${words.bytes.replace("{size}", Math.ceil(one.size / 1024))}`);
      find("forget").hidden = false;
      const remove = panel.querySelector("[name=remove_poster]");
      if (remove) remove.checked = false;
      find("focus")?.setAttribute("hidden", "");
      const tooLarge = one.size > Number(words.maxBytes)
        && words.tooLarge.replace("{size}", mib(one.size)).replace("{most}", mib(Number(words.maxBytes)));
      sendChosen(one, (isHeic && words.heic) || tooLarge);
    }
  };

  const useFile = (files) => {
    const transfer = new DataTransfer();
    transfer.items.add(files[0]);
    file.files = transfer.files;
    showPreview();
    file.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const useAddress = (text) => {
    if (!/^https?:\/\/\S+$/.test(text)) return false;
    address.value = text;
    address.dispatchEvent(new Event("input", { bubbles: true }));
    address.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  picture.addEventListener("error", () => {
    if (!picture.getAttribute("src")) return;
    preview.hidden = true; // the server says what is wrong with a file
  });
  file.addEventListener("change", showPreview);
  find("forget").addEventListener("click", () => {
    file.value = "";
    showPreview();
    file.focus();
  });

  // The preview of an address comes from its own server; the page's policy allows only https.
  address.addEventListener("change", () => {
    if (file.files.length) return;
    forget();
    if (address.value !== address.defaultValue && address.value.startsWith("https://")) {
      picture.referrerPolicy = "no-referrer";
      picture.src = address.value;
      preview.hidden = false;
    }
  });

  for (const hint of panel.querySelectorAll("[data-scripted]")) hint.hidden = false;
  const drop = find("drop");
  let inside = 0;
  const carries = (event) => [...event.dataTransfer.types].some((type) => type === "Files" || type === "text/uri-list");
  panel.addEventListener("dragenter", (event) => {
    inside += 1;
    if (carries(event)) drop.classList.add("drop--over");
  });
  panel.addEventListener("dragleave", () => {
    inside -= 1;
    if (!inside) drop.classList.remove("drop--over");
  });
  // A file dropped beside the panel would replace the page, and the typed text would be lost.
  addEventListener("dragover", (event) => {
    if (carries(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    inside = 0;
    drop.classList.remove("drop--over");
    if (!panel.contains(event.target)) return;
    if (event.dataTransfer.files.length) useFile(event.dataTransfer.files);
    else useAddress(event.dataTransfer.getData("text/uri-list").split("\n")[0].trim());
  });
  addEventListener("paste", (event) => {
    const typing = event.target.closest?.("input:not([type=file]), textarea");
    if (event.clipboardData.files.length) {
      event.preventDefault();
      useFile(event.clipboardData.files);
    } else if (!typing && useAddress(event.clipboardData.getData("text/plain").trim())) {
      event.preventDefault();
    }
  });

  // Watching.

  const live = find("live");
  const started = Date.now();

  const update = (poster) => {
    if (live.dataset.html !== poster.html) live.innerHTML = live.dataset.html = poster.html;
    live.dataset.state = poster.state;
    const focus = find("focus");
    if (poster.state === "ready" && focus?.hidden && !file.files.length) {
      const thumb = poster.variants.find((each) => each.media === "thumb");
      point.querySelector("img").src = thumb.url;
      point.querySelector("img").width = thumb.width;
      point.querySelector("img").height = thumb.height;
      if (!focus.querySelector("[name=focus_of]")) {
        focus.append(Object.assign(document.createElement("input"), { type: "hidden", name: "focus_of", value: poster.source_number }));
      }
      focus.hidden = false;
      panel.querySelector("#focus_x").dispatchEvent(new Event("input")); // draws the crop
    }
  };

  const watch = async () => {
    let over = false;
    while (live.dataset.state === "waiting") {
      const patient = over || Date.now() - started > 20000;
      await new Promise((done) => setTimeout(done, patient ? 3000 : 500));
      if (document.hidden) continue;
      try {
        const answer = await fetch(live.dataset.address, JSON_PLEASE);
        over = await session.isOver(answer);
        if (answer.ok) update(await answer.json());
        else if (answer.status < 500 && !over) return;
      } catch {
        // No network at the moment: ask again.
      }
    }
  };

  live?.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-try-now]");
    if (!button || button === live) return;
    event.preventDefault();
    button.disabled = true;
    const token = document.querySelector("[name=csrf_token]").value;
    try {
      const answer = await fetch(live.dataset.tryNow, { method: "POST", headers: { ...JSON_PLEASE.headers, "X-CSRFToken": token } });
      if (await session.isOver(answer)) session.focusNotice();
      else if (answer.ok) update(await answer.json());
      else if (answer.status === 400) document.getElementById("poster-try-now").submit(); // the answer is a page with the reason
    } finally {
      button.disabled = false;
    }
    watch();
  });
  if (live) watch();

  // Pointing.

  const point = find("point");
  if (point) {
    const [x, y] = ["#focus_x", "#focus_y"].map((name) => panel.querySelector(name));
    const mark = point.querySelector("circle");
    const crop = find("crop");
    const draw = () => {
      crop.src = point.querySelector("img").src;
      crop.style.objectPosition = `${x.value === "" ? 50 : x.value}% ${y.value === "" ? 50 : y.value}%`;
      mark.setAttribute("cx", `${x.value === "" ? 50 : x.value}%`);
      mark.setAttribute("cy", `${y.value === "" ? 50 : y.value}%`);
    };
    const set = (left, top) => {
      [x.value, y.value] = [left, top].map((value) => Math.round(Math.min(100, Math.max(0, value))));
      x.dispatchEvent(new Event("input", { bubbles: true }));
      draw();
    };
    const STEPS = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, -2], ArrowDown: [0, 2] };
    point.hidden = crop.parentElement.hidden = false;
    draw();
    point.addEventListener("click", (event) => {
      if (!event.detail) return; // pressed by a key; the arrows move the point
      const box = point.getBoundingClientRect();
      set((100 * (event.clientX - box.left)) / box.width, (100 * (event.clientY - box.top)) / box.height);
    });
    point.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      set(Number(x.value || 50) + step[0], Number(y.value || 50) + step[1]);
    });
    for (const field of [x, y]) field.addEventListener("input", draw);
  }
}
