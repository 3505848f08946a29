/**
 * WebGPU in Node, from the `webgpu` package (Dawn). The process has to be ended explicitly: the object keeps it
 * alive. Which driver is found depends on the environment (VK_ICD_FILENAMES, LD_LIBRARY_PATH), set by whoever
 * starts the process.
 */

/** Dawn's instance dies with this object, also under a device in use: one reference stays. */
let instance: GPU | undefined;

/**
 * Node's counterpart of `navigator.gpu`; also defines WebGPU's global names (GPUBufferUsage and so on).
 * @throws Error if the package's binary does not load on this system.
 */
export async function nodeGpu(): Promise<GPU> {
  const dawn = await import('webgpu').catch((error: unknown) => {
    throw new Error("gpu: the 'webgpu' package does not load on this system. Use --engine reference.", {
      cause: error,
    });
  });
  Object.assign(globalThis, dawn.globals);
  instance ??= dawn.create([]);
  return instance;
}
