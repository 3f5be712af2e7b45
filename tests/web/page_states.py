"""What tests wait for on the page, in JavaScript."""

READY = "globalThis.cocogan?.streamer?.complete"
SETTLED = f"{READY} && !cocogan.camera.moving && !cocogan.streamer.busy(performance.now() / 1000)"
HEADSET = "cocoganPage.headset"
HEADSET_IS_OFFERED = f"{READY} && !document.getElementById('headset').hidden"
