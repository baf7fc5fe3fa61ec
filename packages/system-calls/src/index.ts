export type { DatagramReceiver } from "./datagram-receiver.ts";
export type { DatagramSender } from "./datagram-sender.ts";
export type { DirectoryName, DirectoryReader } from "./directory-reader.ts";
export type { FileSender, Patience } from "./file-sender.ts";
export { loadSystemCalls, type SystemCalls, systemCalls } from "./load.ts";
export { lookColumns, type ThreadLooks } from "./thread-looks.ts";
