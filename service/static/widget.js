// <script src="https://mirror.example/widget.js" async></script> and <tryon-mirror item="…"></tryon-mirror>
// put the try-on of one item into a shop's own page. Attributes: item, lang, label.

(() => {
  const home = new URL(document.currentScript.src).origin;

  class TryonMirror extends HTMLElement {
    static observedAttributes = ["item", "lang"];

    connectedCallback() {
      if (!this.frame) {
        this.frame = document.createElement("iframe");
        this.frame.allow = `camera ${home}; fullscreen ${home}; clipboard-write ${home}`;
        this.frame.title = this.getAttribute("label") ?? "Try it on";
        this.frame.loading = "lazy";
        this.frame.style.cssText = "display:block;width:100%;height:100%;min-height:560px;border:0;background:#0b0a09";
        if (getComputedStyle(this).display === "inline") this.style.display = "block";
        this.append(this.frame);
      }
      this.attributeChangedCallback();
    }

    attributeChangedCallback() {
      const item = this.getAttribute("item");
      if (!this.frame || !item) return;
      const address = new URL("/embed", home);
      address.searchParams.set("item", item);
      if (this.hasAttribute("lang")) address.searchParams.set("lang", this.getAttribute("lang"));
      if (this.frame.src !== address.href) this.frame.src = address.href;
    }
  }

  if (!customElements.get("tryon-mirror")) customElements.define("tryon-mirror", TryonMirror);
})();
