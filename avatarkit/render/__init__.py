"""Pictures of glTF and VRM files, by pygfx, on a GPU or on Mesa's software Vulkan."""
