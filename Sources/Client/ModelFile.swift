import Artifacts
import ClusterVocabulary
import ControlAPI
import ModelExport

/// A model as one file of another program's format.
package struct ModelFile {
    /// The formats.
    package enum Form: String, Sendable {
        case onnx
        case safetensors
        case npz
    }

    /// The file's content.
    let bytes: [UInt8]

    /// Makes the file of a model; `weights` is its safetensors file.
    init(
        _ model: LocalModel, weights: [UInt8], name: String, form: Form
    ) throws(ClientFailure) {
        let export = ModelExport(
            model.model, transform: model.transform, classNames: model.classNames,
            version: ProductVersion.text)
        do throws(ModelExport.Refusal) {
            switch form {
            case .onnx: bytes = try export.onnx(name: name)
            case .npz: bytes = try export.npz()
            case .safetensors: bytes = weights
            }
        } catch {
            throw ClientFailure(.workFailed, error.description)
        }
    }
}

extension ModelSource {
    /// Writes a model into a new file of another program's format and gives its path.
    package func export(
        _ name: String, as form: ModelFile.Form, to path: String?
    ) async throws -> String {
        let title: String
        let weights: [UInt8]
        let description: [UInt8]
        if name.hasPrefix(".") || name.contains("/") {
            let files = try ModelFolder.read(name)
            func bytes(_ name: String) throws -> [UInt8] {
                guard let file = files.first(where: { $0.name == name }) else {
                    throw ClientFailure(.notFound, "the folder has no \(name)")
                }
                return file.bytes
            }
            title = name.split(separator: "/").last.map(String.init) ?? "model"
            weights = try bytes("model.safetensors")
            description = try bytes("model.json")
        } else {
            let found = try await download(name)
            title = "\(found.model.name)-\(found.model.version)"
            weights = found.weights
            description = found.description
        }
        let model = try LocalModel(weights: weights, description: description)
        let file = try ModelFile(model, weights: weights, name: title, form: form)
        let target = path ?? "\(title).\(form.rawValue)"
        try ModelFolder.writeFile(file.bytes, to: target)
        return target
    }
}
