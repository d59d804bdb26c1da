/** An XML element as text. Content that is undefined gives no element at all. */
export function element(name: string, content: string | number | boolean | undefined): string {
  return content === undefined ? '' : `<${name}>${escapeXml(String(content))}</${name}>`;
}

/** An element around XML that is text already. */
export function wrap(name: string, inner: string, namespace?: string): string {
  return namespace ? `<${name} xmlns="${namespace}">${inner}</${name}>` : `<${name}>${inner}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, character => ENTITIES[character] ?? character);
}
