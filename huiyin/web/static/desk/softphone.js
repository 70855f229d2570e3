/* The telephone in the browser: registers at the switch with the password of this sign-in, rings,
   and lets the agent answer. Hold, mute, transfer and hanging up are asked of the platform, as from
   every other telephone; here is only what the browser alone can do: take up and speak. */
(() => {
  "use strict";
  const box = document.getElementById("softphone");
  if (!box || !window.JsSIP) return;
  const told = box.querySelector("[data-softphone-told]");
  const sound = document.getElementById("softphone-sound");
  const { url, seat, password } = box.dataset;
  const shared = "BroadcastChannel" in window ? new BroadcastChannel("huiyin-phone") : null;
  let session = null;
  let left = false;

  const tell = (state, words) => {
    box.dataset.state = state;
    told.textContent = words;
  };
  const answer = () => {
    if (!session || session.direction !== "incoming" || session.isEstablished()) return;
    session.answer({ mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } });
  };
  const ended = () => {
    session = null;
    tell("ready", "话机已就绪");
  };

  const host = new URL(url).hostname;
  const socket = new JsSIP.WebSocketInterface(url);
  const agent = new JsSIP.UA({
    sockets: [socket], uri: `sip:${seat}@${host}`, password, register: true, register_expires: 120,
    session_timers: false, connection_recovery_min_interval: 1, connection_recovery_max_interval: 10,
  });
  agent.on("registered", () => { if (!session) tell("ready", "话机已就绪"); });
  agent.on("disconnected", () => { if (!left) tell("lost", "话机连不上交换机，正在重试；页面和电话不在同一网络时请告诉管理员"); });
  agent.on("registrationFailed", (event) => {
    if (!left) tell("refused", event.response && [401, 403, 404].includes(event.response.status_code) ? "这次签入的话机密码已失效，请签出后重新签入" : "话机没有登记上，正在重试");
  });
  agent.on("newRTCSession", ({ session: found, originator }) => {
    if (originator !== "remote" || session) {
      if (originator === "remote") found.terminate({ status_code: 486 });
      return;
    }
    session = found;
    tell("ringing", "来电，请接听");
    found.on("peerconnection", ({ peerconnection }) => {
      peerconnection.addEventListener("track", (event) => { sound.srcObject = event.streams[0]; });
    });
    found.on("confirmed", () => tell("talking", "通话中"));
    found.on("ended", ended);
    found.on("failed", (event) => {
      session = null;
      tell("ready", event.cause === JsSIP.C.causes.USER_DENIED_MEDIA_ACCESS ? "没有话筒的使用权限，不能接听；请在浏览器里允许" : "话机已就绪");
    });
  });

  /* The button is part of a panel that is loaded again and again, so it is heard from above; a form
     that stands open in another window asks through the channel. */
  document.addEventListener("click", (event) => { if (event.target.closest("[data-softphone-answer]")) answer(); });
  if (shared) shared.addEventListener("message", (event) => { if (event.data === "answer") answer(); });
  /* Asked for now, so that the first caller does not wait for the browser's question. */
  const media = navigator.mediaDevices;
  if (!media) tell("refused", "这个地址不能用话筒：请用 https 打开平台");
  else media.getUserMedia({ audio: true }).then((stream) => stream.getTracks().forEach((track) => track.stop()), () => tell("refused", "没有话筒的使用权限，不能接听；请在浏览器里允许"));
  window.addEventListener("pagehide", () => { left = true; agent.stop(); });
  agent.start();
})();
