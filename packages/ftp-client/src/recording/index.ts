export { createRecorder, type Recorder, type RecorderOptions } from "./recorder.ts";
export { type ReplayServer, startReplay } from "./replay.ts";
export { formatRecording, parseRecording, type RecordedEvent } from "./text.ts";
