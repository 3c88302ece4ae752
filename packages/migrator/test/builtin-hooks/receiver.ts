import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Never answers. */
  readonly silent?: boolean;
}

/** A service on this machine that keeps what it gets, and answers one after another of what it is told. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  private constructor(
    private readonly server: Server,
    private readonly answers: Answer[],
  ) {}

  static async open(...answers: readonly Answer[]): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server, [...answers]);
    server.on("request", (request, response) => {
      let body = "";
      request.on("data", (bytes: Buffer) => {
        body += bytes.toString();
      });
      request.on("end", () => {
        receiver.received.push({
          url: request.url ?? "",
          method: request.method ?? "",
          headers: request.headers,
          body,
        });
        const answer = receiver.answers.length > 1 ? receiver.answers.shift() : receiver.answers[0];
        if (answer?.silent === true) return;
        response.writeHead(answer?.status ?? 200, answer?.headers);
        response.end(answer?.body ?? "ok");
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  json<Value = Record<string, unknown>>(index = 0): Value {
    return JSON.parse(this.received[index]?.body ?? "null") as Value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
