// IWER's Quest 3 as the browser's headset, and what tests do with it. Runs after IWER's own script.
globalThis.device = new IWER.XRDevice(IWER.metaQuest3, { stereoEnabled: true });
device.installRuntime({ forceInstall: true });
const HEIGHT_M = 1.6; // of IWER's "local" space, in which the panel stands, over its floor
device.position.set(0, HEIGHT_M, 0);
for (const hand of Object.values(device.controllers)) hand.connected = false;

// What turns −Z to a direction, without rolling.
globalThis.turnTo = (quaternion, { x, y, z }) => {
  const [yaw, pitch] = [Math.atan2(-x, -z) / 2, Math.atan2(y, Math.hypot(x, z)) / 2];
  quaternion.set(Math.sin(pitch) * Math.cos(yaw), Math.cos(pitch) * Math.sin(yaw), -Math.sin(pitch) * Math.sin(yaw), Math.cos(pitch) * Math.cos(yaw));
};
// Where something of the panel stands, from a place: by its text, and for sliders by a share of its width.
globalThis.wayTo = (from, text, share = 0.5) => {
  const { panel, place } = cocoganPage.headset.controls;
  const item = panel.items.find((one) => one.text === text);
  const [width, height] = [panel.canvas.width, panel.canvas.height];
  const low = item.slider ? 0.72 : 0.5;
  const point = place.point([(item.left + share * item.width) / width, (item.top + low * item.height) / height]);
  return { x: point.x - from.x, y: point.y + HEIGHT_M - from.y, z: point.z - from.z };
};
globalThis.frames = (count) => new Promise((done) => {
  const until = cocoganPage.headset.frames + count;
  const look = () => (cocoganPage.headset.frames >= until ? done() : setTimeout(look, 5));
  look();
});
globalThis.pointAt = async (text, share) => {
  turnTo(device.controllers.right.quaternion, wayTo(device.controllers.right.position, text, share));
  await frames(3);
};
globalThis.trigger = async (value) => {
  device.controllers.right.updateButtonValue("trigger", value);
  await frames(3);
};
