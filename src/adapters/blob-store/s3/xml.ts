// Reads the few small XML documents that S3 answers with: elements and text; attributes and declarations mean nothing here.

/** One element. */
export interface XmlElement {
  name: string;
  /** Its own text, without that of its children. */
  text: string;
  children: XmlElement[];
}

const token = /<!--[\s\S]*?-->|<[?!][^>]*>|<(\/?)([^\s/>]+)(?:\s(?:[^>"']|"[^"]*"|'[^']*')*?)?(\/?)>|([^<]+)/g;
const named: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** The document's element, or null when the text is not one whole document. */
export function readXml(document: string): XmlElement | null {
  const outside: XmlElement = { name: "", text: "", children: [] };
  const open = [outside];
  let end = 0;
  for (const match of document.matchAll(token)) {
    if (match.index !== end) return null;
    end += match[0].length;
    const [, slash, name, selfClosing, text] = match;
    const current = open.at(-1) as XmlElement;
    if (text !== undefined) current.text += text;
    if (name === undefined) continue;
    if (slash) {
      if (open.length === 1 || current.name !== withoutPrefix(name)) return null;
      current.text = decode(current.text);
      open.pop();
      continue;
    }
    const element: XmlElement = { name: withoutPrefix(name), text: "", children: [] };
    current.children.push(element);
    if (!selfClosing) open.push(element);
  }
  const whole = end === document.length && open.length === 1 && outside.children.length === 1;
  return whole && outside.text.trim() === "" ? (outside.children[0] as XmlElement) : null;
}

/** The text of the first child of that name; empty when there is none. */
export function textOf(element: XmlElement, name: string): string {
  return element.children.find((child) => child.name === name)?.text ?? "";
}

/** All children of that name. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return named[name] ?? whole;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Text as it may stand inside an element. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
