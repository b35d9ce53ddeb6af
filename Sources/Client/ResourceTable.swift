package import ControlAPI

/// Tables of named things; whole lists are laid out by the scheduler.
package enum ResourceTable {
    /// Jobs that were asked for by name.
    package static func text(_ jobs: [JobDescription], isWide: Bool, now: Int64) -> String {
        let narrow: [(String, TextTable.Alignment)] = [
            ("NAME", .leading), ("USER", .leading), ("STATE", .leading), ("REASON", .leading),
            ("HOSTS", .leading), ("PROGRESS", .trailing), ("RATE", .trailing), ("AGE", .trailing),
        ]
        let wide: [(String, TextTable.Alignment)] = [
            ("NAMESPACE", .leading), ("REPLICAS", .trailing), ("LOSS", .trailing),
            ("VALIDATION", .trailing), ("TEST", .trailing), ("MODEL", .leading),
            ("SHA256", .leading),
        ]
        var table = TextTable(
            (isWide ? narrow + wide : narrow).map { (title: $0.0, alignment: $0.1) })
        for job in jobs {
            let status = job.status
            let share = status.progress.map { NumberText.percent($0.fraction) } ?? ""
            var cells = [
                job.metadata.name, job.metadata.user, status.state,
                status.reason == "None" ? "" : status.reason,
                status.hosts.joined(separator: ","),
                status.state == "Succeeded" ? "100%" : share,
                status.samplesPerSecond.map { NumberText.quantity($0) + "/s" } ?? "",
                age(job.metadata.submittedAt, now),
            ]
            if isWide {
                let loss = status.progress?.trainLoss ?? status.metrics["train.loss"]
                cells += [job.metadata.namespace, String(job.spec.replicas)]
                cells += [
                    loss, status.metrics["validation.accuracy"], status.metrics["test.accuracy"],
                ].map { $0.map(NumberText.measure) ?? "" }
                cells += [status.model?.name ?? "", String(status.model?.sha256.prefix(12) ?? "")]
            }
            table.append(cells)
        }
        return table.text
    }

    /// Nodes that were asked for by name.
    package static func text(_ nodes: [NodeBody], now: Int64) -> String {
        var table = TextTable([
            ("NAME", .leading), ("STATE", .leading), ("CPU", .trailing), ("MEMORY", .trailing),
            ("JOBS", .leading), ("KERNELS", .leading), ("VERSION", .leading), ("AGE", .trailing),
        ])
        for node in nodes {
            let cpu =
                NumberText.fixed(Double(node.used.milliCPU) / 1_000, 1) + "/"
                + NumberText.fixed(Double(node.capacity.milliCPU) / 1_000, 1)
            let memory =
                NumberText.bytes(Int(clamping: node.used.memoryBytes)) + "/"
                + NumberText.bytes(Int(clamping: node.capacity.memoryBytes))
            table.append([
                node.name, node.stateAndDuty, cpu, memory, node.jobs.joined(separator: ","),
                node.fingerprints.map(\.coreType).joined(separator: ","), node.version,
                age(node.registeredAt, now),
            ])
        }
        return table.text
    }

    /// Models that were asked for by name.
    package static func text(_ models: [ModelBody], now: Int64) -> String {
        var table = TextTable([
            ("NAME", .leading), ("JOB", .leading), ("ROUNDS", .trailing), ("BYTES", .trailing),
            ("TEST", .trailing), ("SHA256", .leading), ("AGE", .trailing),
        ])
        for model in models {
            table.append([
                model.reference, model.job ?? "", String(model.rounds), String(model.bytes),
                model.metrics["test.accuracy"].map(NumberText.measure) ?? "", model.sha256,
                age(model.createdAt, now),
            ])
        }
        return table.text
    }

    /// The wall clock, in milliseconds since 1970.
    package static var now: Int64 { WallTime.milliseconds }

    private static func age(_ time: String?, _ now: Int64) -> String {
        guard let time = time.flatMap(TimeText.milliseconds(of:)) else { return "" }
        return TimeText.age(milliseconds: now - time)
    }
}
