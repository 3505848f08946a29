/** A web server whose answers, and misbehaviour, a test chooses. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly bytes: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers requests for parts with parts; default true. */
  readonly hasRanges?: boolean;
  /** Sends Content-Range with parts; default true. */
  readonly saysRange?: boolean;
  /** Replaces a part's headers, and the status of any answer. */
  readonly partHeaders?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Closes the connection after this many bytes. */
  readonly breakAfter?: number;
  /** Stops sending after this many bytes but keeps the connection open; 0: not even headers. */
  readonly stallAfter?: number;
  /** Sends these after the requested bytes, without Content-Length. */
  readonly more?: Uint8Array;
  /** Redirects there instead. */
  readonly redirect?: string;
}

export class BadServer {
  base = '';
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  /** Bytes of contents sent. */
  served = 0;
  private server: Server | null = null;

  /** The answer for a path; null for 404. Called for each request. */
  constructor(private readonly answer: (path: string) => Answer | null) {}

  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      const path = request.url!;
      this.requests.push({ path, headers: request.headers });
      const answer = this.answer(path);
      if (!answer) {
        response.writeHead(404).end();
        return;
      }
      if (answer.redirect !== undefined) {
        response.writeHead(302, { location: answer.redirect }).end();
        return;
      }
      const { bytes, headers, hasRanges = true, saysRange = true, more } = answer;
      const { breakAfter = bytes.length, stallAfter = bytes.length + 1 } = answer;
      if (stallAfter === 0) return;
      const [, first, last] =
        (hasRanges ? /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') : null) ?? [];
      const begin = Number(first ?? 0);
      const end = Math.min(bytes.length, Number(last ?? bytes.length) + 1);
      const range = { 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` };
      response.writeHead(answer.status ?? (first === undefined ? 200 : 206), {
        ...headers,
        ...(more ? {} : { 'content-length': end - begin }),
        ...(first !== undefined && saysRange ? { ...range, ...answer.partHeaders } : {}),
      });
      const until = Math.min(end, begin + Math.min(breakAfter, stallAfter));
      this.served += until - begin;
      response.write(bytes.subarray(begin, until), () => {
        if (until < end && stallAfter < breakAfter) return;
        if (until < end) response.socket?.destroySoon();
        else response.end(more);
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    this.base = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server!.close(resolve));
  }
}
