package import ClusterVocabulary

extension Reason.Code {
    private static let words: [String] = {
        let most = Reason.Code.allCases.map(\.rawValue).max() ?? 0
        return (0...most).map { Reason.Code(rawValue: $0)?.word ?? "" }
    }()

    /// The same as ``word``, from a table made once: lists of thousands of jobs ask for it.
    package var cachedWord: String { Reason.Code.words[Int(rawValue)] }
}
