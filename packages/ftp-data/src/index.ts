export {
  createDigest,
  createNodeDigest,
  type Digest,
  type DigestName,
  type DigestRange,
  digestFile,
} from "./digest.ts";
export { DataConnectionError, type DataConnectionErrorCode } from "./error.ts";
export { connectData } from "./intake.ts";
export {
  type Bucket,
  type BucketOptions,
  createBucket,
  createPace,
  createRemotePace,
  joinPaces,
  type Pace,
  type RemotePace,
} from "./pace.ts";
export { type BufferPool, createBufferPool } from "./pool.ts";
export { type ReceiveOptions, receiveChunks, receiveFile } from "./receive.ts";
export { type SendOptions, sendChunks, sendFile } from "./send.ts";
export { wasCut, watchEnd } from "./tls-end.ts";
export { createTlsLayer, type TlsLayer, type TlsLayerOptions } from "./tls-layer.ts";
export type { TransferOptions, Transferred, Transformer } from "./transfer.ts";
