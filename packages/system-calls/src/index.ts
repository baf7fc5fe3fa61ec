export type { DatagramReceiver } from "./datagram-receiver.ts";
export type { DatagramSender } from "./datagram-sender.ts";
export type { FileSender } from "./file-sender.ts";
export { loadSystemCalls, type SystemCalls, systemCalls } from "./load.ts";
