/**
 * A refusal in Route 53's own terms. `messages` holds one entry for each problem; `message` is what the wire's
 * `<Message>` says: an InvalidChangeBatch prints its list in brackets, `[first, second]`, except for a record name that
 * cannot be parsed, which stands alone and unbracketed.
 */
export class Route53Error extends Error {
  override readonly name = 'Route53Error';
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  readonly messages: readonly string[];

  constructor(status: number, code: string, messages: string | readonly string[]) {
    super(typeof messages === 'string' ? messages : `[${messages.join(', ')}]`);
    this.status = status;
    this.code = code;
    this.messages = typeof messages === 'string' ? [messages] : messages;
  }
}

export function invalidInput(message: string): Route53Error {
  return new Route53Error(400, 'InvalidInput', message);
}

export function invalidChangeBatch(messages: readonly string[]): Route53Error {
  return new Route53Error(400, 'InvalidChangeBatch', messages);
}

export function noSuchHostedZone(id: string): Route53Error {
  return new Route53Error(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
}

/** API reference, ChangeResourceRecordSets: Errors. It does not say which record set is meant. */
export function noSuchHealthCheck(): Route53Error {
  return new Route53Error(404, 'NoSuchHealthCheck', 'No health check exists with the specified ID.');
}

/** A refusal by the service's XML schema validation; line and column are those of the element. */
export function invalidXml(violation: string, line = 1, column = 1): Route53Error {
  const at = `lineNumber: ${line}; columnNumber: ${column}`;
  return invalidInput(
    `Invalid XML ; javax.xml.stream.XMLStreamException: org.xml.sax.SAXParseException; ${at}; ${violation}`,
  );
}

/** A request parameter outside its constraint, in the wording of AWS's request validation. */
export function constraint(field: string, value: string, rule: string): Route53Error {
  return invalidInput(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must ${rule}`,
  );
}
