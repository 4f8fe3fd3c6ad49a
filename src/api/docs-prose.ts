/** The sentences of docs/api.md that follow from no single declaration. */

export const INTRODUCTION = `# API

<!-- Written by \`npm run docs\` from src/api. Do not edit: a test compares. -->

JSON-RPC 2.0 over WebSocket, by default \`ws://HOST:8002/ws\`. The same listener serves files, health and a page over HTTP;
a second one (by default \`127.0.0.1:8003\`) serves health alone.

## Speaking

- One JSON text per text frame. A binary frame is answered with -32700 and the connection stays. A frame above
  \`server.max_message_bytes\` (1 MiB) closes the connection with 1009, text that is not UTF-8 with 1007.
- \`id\` is a text or a number (whole numbers of at most 53 bits) and comes back with its type. A call without \`id\` is
  carried out and never answered. \`params\` may be absent, \`null\`, \`{}\` or \`[]\` where there are none; they are given by
  name, never by position. Unknown parameters are refused.
- A batch holds 1 to 50 calls. They are carried out in their order, one after the other, and answered in one array.
- More than 64 levels of nesting are refused with -32600.
- Replies may come in another order than their calls, except within a batch. At most 100 calls of a connection may be
  unanswered; further ones get -32040.
- Every reply has \`metadata\`: \`processing_time_ms\`, \`server_timestamp\`, and \`request_id\`, which also stands in the log.
- The service pings every 30 s. A client that gives no sign of life for a whole round is disconnected.
- A call is carried out also when its client is gone before the answer.
- A request or handshake that is not complete after 10 s is ended.
- When the service stops, calls get -32050 \`service_stopping\` and connections close with 1001.
- Upgrades are refused with 404 (another path), 503 (too many clients, or stopping) and 401 (a login that is not accepted).

## Logging in

\`authenticate\` once per connection, or \`Authorization: Bearer TOKEN\` or \`X-API-Key: KEY\` at the upgrade.
Tokens are JWT, HS256, with the claims \`user_id\` (or \`sub\`), \`role\`, \`iat\` and \`exp\`, all required. API keys start with
\`csk_\`. Roles: viewer < operator < admin; a higher role may do all that a lower one may. When a login expires during a
connection, the next call gets -32001 \`token_expired\` and \`authenticate\` continues the connection.

Common errors of every method with a role: -32001 (no login), -32002 (role too low), -32602 (parameters), -32040 (too many
unanswered calls), -32603 (a fault of the service).

## Values

Timestamps are ISO 8601 UTC with milliseconds, sizes are bytes, durations whole seconds (\`duration_ms\` beside them where
exactness matters). A camera is named \`cameraN\`, always. Beside a status word stand \`state\`, the state path of the actor
that knows, and \`since\`. Results may get further fields; read them by name.`;

export const NOTIFICATION_PROSE = `Sent to every client that is logged in. A reply is sent before the notifications it causes. Each client has a bounded
queue: one that reads slowly holds up nobody else, and is told (\`lagged\`) when something was dropped.`;

export const HTTP_PROSE = `## HTTP

| address | login | answers |
| --- | --- | --- |
| \`GET /health\` | no | 200 or 500: \`status\` healthy, degraded, unhealthy; \`timestamp\`, \`version\`, \`uptime\` (seconds) |
| \`GET /health/ready\` | no | 200 or 503: \`ready\`, \`status\`, \`timestamp\`, \`message\`, \`details\` |
| \`GET /health/live\` | no | 200: \`alive\`, \`timestamp\`, \`message\` |
| \`GET /health/detailed\` | no | as \`/health\`, with \`components\`, \`metrics\`, \`environment\` |
| \`GET /inspect\` | no | 200: the page of [the inspector](inspector.md); 304, 404 (not built) |
| \`GET /metrics\` | no on the probe port, viewer on the main port | 200: what the states tell, for Prometheus ([telemetry](telemetry.md)); 401 |
| \`GET /files/recordings/NAME\`, \`GET /files/snapshots/NAME\` | \`Authorization: Bearer\` or \`X-API-Key\`, viewer | 200, 206 for one range, 304, 400 (impossible name), 401, 403 (unreadable), 404, 412, 416 |

HEAD works on all of them. Names are those of the lists' \`download_url\`. Files come as attachment with their media type,
\`Accept-Ranges: bytes\`, \`ETag\` and \`Last-Modified\`. Errors are JSON: \`error\`, \`reason\`, \`details\`, \`suggestion\`, \`timestamp\`, \`status\`.`;
