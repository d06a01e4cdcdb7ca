const allowedHeaders = [
  "Content-Type",
  "Accept",
  "Authorization",
  "X-App-Version",
  "X-Client-Version",
  "X-Libxmtp-Version",
  "Baggage",
  "DNT",
  "Sec-CH-UA",
  "Sec-CH-UA-Mobile",
  "Sec-CH-UA-Platform",
  "Sentry-Trace",
  "User-Agent",
  "Connect-Protocol-Version",
  "Connect-Timeout-Ms",
  "Connect-Accept-Encoding",
  "Connect-Content-Encoding",
  "Grpc-Timeout",
  "X-Grpc-Web",
  "X-User-Agent",
].join(",")

const exposedHeaders = [
  "Grpc-Status",
  "Grpc-Message",
  "Grpc-Status-Details-Bin",
  "Grpc-Metadata-Subscribed",
  "Subscribed",
  "Connect-Content-Encoding",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
].join(",")

/** Whether a browser asks here whether it may ask. */
export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method")
}

/** Anyone's page may use a node: it keeps no cookies, and what it guards, it guards by token. */
export function allowAnyOrigin(headers: Headers): void {
  headers.set("Access-Control-Allow-Origin", "*")
  headers.set("Access-Control-Expose-Headers", exposedHeaders)
}

export function preflightResponse(): Response {
  return new Response(null, {
    status: 200,
    headers: {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": "GET,HEAD,POST,PUT,PATCH,DELETE",
      "Access-Control-Allow-Headers": allowedHeaders,
      "Access-Control-Max-Age": "7200",
    },
  })
}
