export { currentTraceparent } from './current.ts';
export * from './tracing-settings.ts';
export {
  createTracing,
  type SpanOptions,
  type TraceSpan,
  type Tracing,
  type TracingOptions,
} from './tracing.ts';
