package import ClusterVocabulary

/// One worker node.
package struct NodeBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Its name.
    package var name: String
    /// `Awaited`, `Ready`, `Suspect` or `Left`.
    package var state: String
    /// The product's version there.
    package var version: String
    /// The version of the messages it speaks.
    package var protocolVersion: UInt32
    /// Physical cores.
    package var cores: Int
    /// CPU features that matter.
    package var features: [String]
    /// What it offers to jobs.
    package var capacity: Amount
    /// What running jobs take.
    package var used: Amount
    /// The names of the jobs that run there.
    package var jobs: [String]
    /// The kernels it has proved, best last.
    package var fingerprints: [Fingerprint]
    /// How many converted data sets it holds.
    package var datasets: Int
    /// Last registration, as ``TimeText`` writes times.
    package var registeredAt: String?
    /// The boot id of its host.
    package var bootID: String
    /// `Open`, `Cordoned` or `Draining`, as an operator decided.
    package var duty: String
    /// Who decided; empty when nobody did.
    package var decidedBy: String
    /// When, as ``TimeText`` writes times.
    package var decidedAt: String?
    /// While it is drained: when what is left there is stopped.
    package var stopsAt: String?

    /// `Ready`, `Ready,Cordoned`, `Ready,Draining`, or `Ready,Drained` once nothing runs there.
    package var stateAndDuty: String {
        guard duty != NodeDuty.open.word else { return state }
        let isEmpty = duty == NodeDuty.draining.word && jobs.isEmpty && used.milliCPU == 0
        return "\(state),\(isEmpty ? "Drained" : duty)"
    }

    /// Processor time and memory.
    package struct Amount: Decodable, Hashable, Sendable, JSONWritable {
        /// Thousandths of a core.
        package var milliCPU: Int64
        /// Bytes of memory.
        package var memoryBytes: Int64

        /// The body of an amount.
        package init(_ amount: ResourceAmount) {
            milliCPU = amount.milliCPU
            memoryBytes = amount.memoryBytes
        }

        /// Writes the amount.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("milliCPU", milliCPU)
            json.field("memoryBytes", memoryBytes)
            json.endObject()
        }
    }

    /// The proof that a host computes the bits of one kernel.
    package struct Fingerprint: Decodable, Hashable, Sendable, JSONWritable {
        /// The OpenBLAS core type.
        package var coreType: String
        /// 32 hexadecimal digits.
        package var digest: String

        /// Writes the proof.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("coreType", coreType)
            json.field("digest", digest)
            json.endObject()
        }
    }

    /// The body of a record; `jobs` are names of runs.
    package init(_ record: NodeRecord, used: ResourceAmount, jobs: [String]) {
        let description = record.description
        name = description.node.name
        state = record.state.word
        version = description.version
        protocolVersion = description.protocolVersion
        cores = description.cores
        features = description.features
        capacity = Amount(description.capacity)
        self.used = Amount(used)
        self.jobs = jobs
        fingerprints = description.fingerprints.map {
            Fingerprint(coreType: $0.coreType, digest: $0.digest)
        }
        datasets = description.heldDatasets.count
        registeredAt = TimeText.text(milliseconds: record.registeredAt)
        bootID = description.incarnation.bootID
        let assignment = record.assignment
        duty = assignment.duty.word
        decidedBy = assignment.user
        decidedAt = TimeText.text(milliseconds: assignment.decidedAt)
        stopsAt =
            assignment.duty == .draining
            ? TimeText.text(
                milliseconds: assignment.decidedAt + assignment.graceSeconds * 1_000) : nil
    }

    /// Writes the node.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("state", state)
        json.field("version", version)
        json.field("protocolVersion", protocolVersion)
        json.field("cores", cores)
        json.field("features", features)
        json.field("capacity", capacity)
        json.field("used", used)
        json.field("jobs", jobs)
        json.list("fingerprints", fingerprints)
        json.field("datasets", datasets)
        json.field("registeredAt", registeredAt)
        json.field("bootID", bootID)
        json.field("duty", duty)
        json.field("decidedBy", decidedBy)
        json.field("decidedAt", decidedAt)
        json.field("stopsAt", stopsAt)
        json.endObject()
    }
}
