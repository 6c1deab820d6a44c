// The window's meshes where a program on the CPU paints them: for each pixel one texel or one call of the sampler.
// Colors are premultiplied and as the screen has them (not linear), as egui means them.

struct Screen {
    // Points across and down.
    size: vec2<f32>,
    padding: vec2<f32>,
}

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) texel: vec2<f32>,
    @location(1) color: vec4<f32>,
}

@group(0) @binding(0) var<uniform> screen: Screen;
@group(1) @binding(0) var image: texture_2d<f32>;
@group(1) @binding(1) var image_sampler: sampler;

@vertex
fn corner(
    @location(0) position: vec2<f32>,
    @location(1) texel: vec2<f32>,
    @location(2) color: vec4<f32>,
) -> Corner {
    let place = vec2<f32>(2.0 * position.x / screen.size.x - 1.0, 1.0 - 2.0 * position.y / screen.size.y);
    return Corner(vec4<f32>(place, 0.0, 1.0), texel, color);
}

// Pictures that show their texels as they are.
@fragment
fn fetched(in: Corner) -> @location(0) vec4<f32> {
    let size = vec2<i32>(textureDimensions(image));
    let texel = clamp(vec2<i32>(floor(in.texel * vec2<f32>(size))), vec2<i32>(0), size - 1);
    return in.color * textureLoad(image, texel, 0);
}

// Glyphs, and whatever else is filtered.
@fragment
fn sampled(in: Corner) -> @location(0) vec4<f32> {
    return in.color * textureSample(image, image_sampler, in.texel);
}
