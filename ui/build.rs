//! Compiles the pages. Debug information stays in, because the accessible label of an element is
//! its handle for scripted visits and for the layout walker.
fn main() {
    let config = slint_build::CompilerConfiguration::new()
        .with_debug_info(true)
        .with_bundled_translations("lang")
        .with_default_translation_context(slint_build::DefaultTranslationContext::None);
    slint_build::compile_with_config("app.slint", config).expect("ui/app.slint compiles");
}
