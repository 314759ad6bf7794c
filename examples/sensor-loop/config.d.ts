/** This application's part of `config` in its manifest. */
declare module "mc/config" {
  const config: {
    readonly version: string;
    readonly trust: string;
    readonly hardware?: string;
    readonly sensorPin: number;
  };
  export default config;
}
