export { createNetasciiDecoder, type NetasciiDecoderOptions } from "./decode.ts";
export {
  createNetasciiCounter,
  createNetasciiEncoder,
  type NetasciiCounter,
  type NetasciiEncoderOptions,
} from "./encode.ts";
export type { NetasciiTransformer } from "./transformer.ts";
