/// What is wrong with a safetensors file.
package enum SafetensorsFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file ends inside the header.
    case truncatedHeader
    /// The header is longer than allowed, in bytes.
    case headerTooLarge(Int)
    /// The header is not the JSON it should be, at this byte of the header.
    case malformedHeader(byte: Int, expected: String)
    /// More tensors than allowed.
    case tooManyTensors
    /// A name that occurs twice.
    case duplicateName(String)
    /// A tensor of another element type than F32.
    case unsupportedType(name: String, type: String)
    /// A shape with a negative or too large extent, or too many extents.
    case badShape(String)
    /// Offsets and shape of a tensor, or shape and values, disagree.
    case wrongLength(String)
    /// Tensors' bytes that overlap, leave a gap, or do not end where the file ends.
    case badOffsets(String)
    /// A tensor that is missing, or one too many, for what the file should be.
    case unexpectedTensors(String)
    /// A metadata value that is missing or not understood.
    case badMetadata(key: String)

    /// One sentence for the person who holds the file.
    package var description: String {
        switch self {
        case .truncatedHeader: "the file ends inside its header; it is cut off or no safetensors"
        case .headerTooLarge(let bytes):
            "the header claims \(bytes) bytes; at most \(Safetensors.maximumHeaderBytes) are read"
        case .malformedHeader(let byte, let expected):
            "byte \(byte) of the header: expected \(expected)"
        case .tooManyTensors: "the file has more than \(Safetensors.maximumTensors) tensors"
        case .duplicateName(let name): "the name \"\(name)\" occurs twice"
        case .unsupportedType(let name, let type):
            "tensor \"\(name)\" has element type \(type); only F32 is read"
        case .badShape(let name): "tensor \"\(name)\" has an impossible shape"
        case .wrongLength(let name): "tensor \"\(name)\" has not as many bytes as its shape says"
        case .badOffsets(let name):
            "the bytes of tensor \"\(name)\" overlap others, leave a gap "
                + "or do not end with the file"
        case .unexpectedTensors(let reason): "the tensors are not those of a model: \(reason)"
        case .badMetadata(let key): "metadata \"\(key)\" is missing or not understood"
        }
    }
}
