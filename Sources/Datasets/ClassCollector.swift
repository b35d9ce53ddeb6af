/// Gives every distinct label a number while rows arrive, and the final order at the end.
///
/// Train rows go first; after `seal` only known classes are accepted, so that a test file cannot
/// bring a class nobody could have learnt.
struct ClassCollector {
    /// What became of one label.
    enum Outcome {
        case index(Int32)
        case unknown
        case tooMany
    }

    private static let smallIntegers = 1_024
    private let maximumClasses: Int
    private var isSealed = false
    private var names: [String] = []
    private var integers: [Int64?] = []
    private var smallIndices = [Int32](repeating: -1, count: smallIntegers)
    /// Only ever asked by key, so its order never matters.
    private var indices: [String: Int32] = [:]

    init(maximumClasses: Int) {
        self.maximumClasses = maximumClasses
    }

    private var sortedNames: [String] = []
    /// Labels as they are written, and the class of each.
    private var spellings = CategoryDictionary(maximum: 1 << 16)
    private var spellingIndices: [Int32] = []

    /// The final number of each class, by its number in order of appearance; set by `seal`.
    private(set) var finalIndices: [Int32] = []

    /// Class names in their final order; meaningful once sealed.
    var classNames: [String] { sortedNames }

    /// Classes that are fixed from the start, as those of a trained model are.
    init(fixed names: [String]) {
        self.init(maximumClasses: names.count)
        for name in names { _ = index(ofText: name) }
        finalIndices = names.indices.map { Int32($0) }
        sortedNames = names
        isSealed = true
    }

    /// The index of a label by its bytes, when these very bytes were a label before.
    @inline(__always)
    mutating func index(ofBytes text: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard case .code(let code) = spellings.code(of: text, learns: false) else { return nil }
        return spellingIndices[code]
    }

    /// Remembers which class these bytes stand for.
    mutating func remember(_ text: UnsafeBufferPointer<UInt8>, index: Int32) {
        if case .code(let code) = spellings.code(of: text), code == spellingIndices.count {
            spellingIndices.append(index)
        }
    }

    /// The index of a label that is written as an integer.
    mutating func index(ofInteger value: Int64) -> Outcome {
        if value >= 0, value < Int64(Self.smallIntegers) {
            let known = smallIndices[Int(value)]
            if known >= 0 {
                return .index(known)
            }
        }
        return lookUp(String(value), integer: value)
    }

    /// The index of any label; canonical integers (no `+`, no leading zeros) count as integers.
    mutating func index(ofText text: String) -> Outcome {
        if let value = Int64(text), String(value) == text {
            return index(ofInteger: value)
        }
        return lookUp(text, integer: nil)
    }

    private mutating func lookUp(_ name: String, integer: Int64?) -> Outcome {
        if let known = indices[name] {
            return .index(known)
        }
        if isSealed {
            return .unknown
        }
        if names.count >= maximumClasses {
            return .tooMany
        }
        let index = Int32(names.count)
        names.append(name)
        integers.append(integer)
        remember(name, integer: integer, index: index)
        return .index(index)
    }

    private mutating func remember(_ name: String, integer: Int64?, index: Int32) {
        indices[name] = index
        if let integer, integer >= 0, integer < Int64(Self.smallIntegers) {
            smallIndices[Int(integer)] = index
        }
    }

    /// Refuses new classes from now on, and settles the order of the names.
    ///
    /// Indices stay those of first appearance; ``finalIndices`` says where each one goes.
    mutating func seal() {
        guard !isSealed else { return }
        let allIntegers = integers.allSatisfy { $0 != nil }
        let order = names.indices.sorted { left, right in
            if allIntegers, let leftValue = integers[left], let rightValue = integers[right] {
                return leftValue < rightValue
            }
            return names[left].utf8.lexicographicallyPrecedes(names[right].utf8)
        }
        finalIndices = [Int32](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() {
            finalIndices[old] = Int32(new)
        }
        sortedNames = order.map { names[$0] }
        isSealed = true
    }

    /// Names for a message: the first few classes, and how many there are.
    var summary: String {
        let names = isSealed ? sortedNames : self.names
        let shown = names.prefix(8).map { DataFinding.printable($0) }.joined(separator: ", ")
        return names.count > 8 ? "\(shown), … (\(names.count) classes)" : shown
    }
}
