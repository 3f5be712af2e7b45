// <cocogan-room src="…/site/" seed="7" yaw="20">: a room in a page of one's own. The room stays in a frame of its own, so
// that its policy holds and nothing of the page around it reaches it.

const HERE = document.currentScript?.getAttribute("src") ?? "";
const LOOK = ["seed", "yaw", "pitch", "fov", "lens"];
const ALLOWED = "fullscreen; xr-spatial-tracking; gyroscope; accelerometer; gamepad; clipboard-write";
const STYLE = ":host { display: block; height: 480px; } iframe { width: 100%; height: 100%; border: 0; display: block; }";

class RoomElement extends HTMLElement {
  static observedAttributes = ["src", "title", ...LOOK];

  constructor() {
    super();
    this.frame = document.createElement("iframe");
    this.frame.allow = ALLOWED;
    this.frame.loading = "lazy";
    const sheet = new CSSStyleSheet(); // a style element would need leave by the page's policy
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.frame);
  }

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  /** Another look is another hash of the same address, so that the generator goes on. */
  show() {
    const address = new URL(this.getAttribute("src") ?? HERE, document.baseURI);
    const page = address.pathname.endsWith(".html") ? address : new URL("index.html", address);
    const stated = LOOK.filter((name) => this.hasAttribute(name)).map((name) => `${name}=${encodeURIComponent(this.getAttribute(name) ?? "")}`);
    page.hash = stated.join("&");
    this.frame.title = this.getAttribute("title") ?? "A room all around you";
    if (this.frame.src !== page.href) this.frame.src = page.href;
  }
}

customElements.define("cocogan-room", RoomElement);
