import ClusterVocabulary

extension TrainJobReader {
    /// How rows are divided.
    struct Split {
        var validation = 0.1
        var test = 0.2
        var seed: UInt64
        var isStratified = false
    }

    /// Reads `data`: source, format and split, and how they fit together.
    func readData(
        _ spec: FieldReader, seed: UInt64
    ) -> (source: DataSource?, format: DataFormatSpecification?, split: Split) {
        spec.require("data", "data: {source: {file: digits.csv}}")
        let reader = spec.section("data")
        reader.require("source", "source: {file: digits.csv}")
        let source = readSource(reader)
        let format = readFormat(reader, source: source)
        if let source, let format { checkRoles(reader, source: source, format: format) }
        let hasTestFile = source?.roles.contains(.test) ?? false
        let split = readSplit(reader.section("split"), seed: seed, hasTestFile: hasTestFile)
        reader.belongsElsewhere([
            "file": "spec.data.source", "hostPath": "spec.data.source",
            "csv": "spec.data.format", "label": "spec.data.format.csv",
            "validation": "spec.data.split", "test": "spec.data.split",
            "seed": "spec.data.split",
        ])
        reader.finish()
        return (source, format, split)
    }

    // MARK: Source

    private func readSource(_ data: FieldReader) -> DataSource? {
        let release = "is not supported by this release, which reads file and hostPath"
        guard let value = data.value("source") else { return nil }
        guard !value.isNull else {
            data.report("source", "needs one of file, hostPath")
            return nil
        }
        guard
            let (member, entry) = data.union(
                "source", members: ["file", "hostPath"], hidden: ["artifact"],
                refused: ["dataset": "dataset \(release)", "url": "url \(release)"])
        else { return nil }
        let path = "\(data.path("source")).\(member)"
        switch member {
        case "file":
            return files(entry, path: path, NameRules.path).map(DataSource.file)
        case "hostPath":
            return files(entry, path: path, NameRules.absolutePath).map(DataSource.hostPath)
        default:
            return artifact(data.member("source", entry)).map(DataSource.artifact)
        }
    }

    /// One path, or a map of paths by role.
    private func files(
        _ entry: YAMLNode.Entry, path: String, _ rule: (String) -> String?
    ) -> [DataFile]? {
        let roles = DatasetReference.Role.allCases
        let value = entry.value
        if case .scalar(let text, _) = value.content {
            if value.isNull {
                let message = "expected a path or a map of paths, found nothing"
                collector.report(value.position, path, message)
                return nil
            }
            if let problem = rule(text) {
                collector.report(value.position, path, problem)
                return nil
            }
            return [DataFile(role: .train, path: text)]
        }
        if case .sequence = value.content {
            let words = roles.map(\.word).joined(separator: ", ")
            collector.report(
                value.position, path, "expected a path or a map with \(words), found a list")
            return nil
        }
        let before = collector.count
        let reader = FieldReader(
            value, path: path, position: entry.keyPosition, collector: collector)
        reader.require("train", "train: images.gz")
        let files = roles.compactMap { role in
            reader.text(role.word, rule).map { DataFile(role: role, path: $0) }
        }
        reader.finish()
        return collector.count == before ? files : nil
    }

    private func artifact(_ reader: FieldReader) -> DatasetReference? {
        let before = collector.count
        for name in ["key", "format", "files"] {
            reader.require(name, "the canonical form of a submitted job has it")
        }
        let key = reader.text("key", NameRules.digest) ?? ""
        let format = reader.text("format") { text in
            DataFormatSpecification(canonicalFormat: text) == nil
                ? "\(YAMLNode.quoted(text)) is not the canonical text of a format" : nil
        }
        let items = reader.list("files", atMost: DatasetReference.mostFiles) ?? []
        let files = items.enumerated().map { index, item in
            file(
                FieldReader(
                    item, path: "\(reader.path("files"))[\(index)]", position: item.position,
                    collector: collector))
        }
        let roles = files.map(\.role)
        reader.finish()
        guard collector.count == before else { return nil }
        if Set(roles).count < roles.count { reader.report("files", "has a role twice") }
        if !roles.contains(.train) { reader.report("files", "has no file of role train") }
        guard collector.count == before, let format else { return nil }
        let ordered = files.sorted { $0.role.rawValue < $1.role.rawValue }
        return DatasetReference(key: key, files: ordered, format: format)
    }

    private func file(_ reader: FieldReader) -> DatasetReference.File {
        let words = DatasetReference.Role.allCases.map(\.word)
        for (name, example) in [("role", "train"), ("sha256", "a digest"), ("bytes", "4096")] {
            reader.require(name, example)
        }
        let role = reader.word("role", among: words, default: "train")
        let digest = reader.text("sha256", NameRules.digest) ?? ""
        let byteCount = reader.optionalInteger("bytes", in: Limits.fileBytes) ?? 0
        let hostPath = reader.text("hostPath", NameRules.absolutePath) ?? ""
        reader.finish()
        return DatasetReference.File(
            role: DatasetReference.Role(word: role) ?? .train, digest: digest,
            byteCount: byteCount, hostPath: hostPath)
    }

    /// Labels come in a column or in files, and a test set is complete or absent.
    private func checkRoles(
        _ data: FieldReader, source: DataSource, format: DataFormatSpecification
    ) {
        let roles = source.roles
        func report(_ message: String) { data.report("source", message) }
        let name = String(format.canonicalFormat.prefix { $0 != ";" })
        let hasLabels = roles.contains(.trainLabels)
        switch format {
        case .csv:
            if hasLabels || roles.contains(.testLabels) {
                report("csv data has the labels in a column: remove trainLabels and testLabels")
            }
            return
        case .idx:
            if !hasLabels {
                report(
                    "idx data needs the labels in a file of their own:"
                        + " {train: …, trainLabels: …}")
            }
        case .libsvm, .npz:
            if hasLabels || roles.contains(.testLabels) {
                report("\(name) data has the labels in the file: remove trainLabels, testLabels")
            }
            if case .npz = format, roles.contains(.test) {
                report("npz data has the test rows in the archive, as x_test and y_test")
            }
            return
        case .npy:
            // Without files of labels the last column holds them.
            if !hasLabels, roles.contains(.testLabels) {
                report("testLabels needs trainLabels")
            }
            if !hasLabels { return }
        }
        if roles.contains(.test) != roles.contains(.testLabels) {
            report("test and testLabels of \(name) data are given together or not at all")
        }
    }

    // MARK: Split

    private func readSplit(_ reader: FieldReader, seed: UInt64, hasTestFile: Bool) -> Split {
        var split = Split(seed: seed)
        if hasTestFile { split.test = 0 }
        split.validation = reader.fraction("validation", default: split.validation)
        split.test = reader.fraction("test", default: split.test)
        split.seed = reader.seed("seed", default: seed)
        split.isStratified = reader.boolean("stratified") ?? false
        if hasTestFile, split.test != 0 {
            reader.report("test", "must be 0 or left out, because the source has a test file")
        } else if split.validation + split.test >= 1 {
            collector.report(
                reader.position, reader.path,
                "validation \(split.validation) and test \(split.test) leave no training rows:"
                    + " their sum must be less than 1")
        }
        reader.finish()
        return split
    }
}
