package kubernetes.workload.missing_reference_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.workload.missing_reference

pod(fields) := fixtures.pod_with(fields, {"name": "app"})

beside := fixtures.beside({
	"ServiceAccount": [{"metadata": {"name": "web"}}],
	"ConfigMap": [{"metadata": {"name": "settings"}}],
	"PersistentVolumeClaim": [{"metadata": {"name": "files"}}],
})

msg(kind) := sprintf("Pod shop/web: the %s `gone` is not among the documents of namespace shop", [kind])

test_a_service_account_is_a_warning if {
	missing_reference.warn == {msg("ServiceAccount")} with input as pod({"serviceAccountName": "gone"})
		with data.inventory as beside
}

test_volumes_are_a_warning if {
	missing_reference.warn == {msg("ConfigMap")} with input as pod({"volumes": [{"configMap": {"name": "gone"}}]})
		with data.inventory as beside
	missing_reference.warn == {msg("PersistentVolumeClaim")} with input as pod({"volumes": [{
		"name": "x",
		"persistentVolumeClaim": {"claimName": "gone"},
	}]})
		with data.inventory as beside
	missing_reference.warn == {msg("ConfigMap")} with input as pod({"volumes": [{
		"name": "x",
		"projected": {"sources": [{"configMap": {"name": "gone"}}, {"serviceAccountToken": {"path": "token"}}]},
	}]})
		with data.inventory as beside
}

test_the_environment_is_a_warning if {
	missing_reference.warn == {msg("ConfigMap")} with input as fixtures.pod({
		"name": "app",
		"envFrom": [{"configMapRef": {"name": "gone"}}],
	})
		with data.inventory as beside
	missing_reference.warn == {msg("ConfigMap")} with input as fixtures.pod({
		"name": "app",
		"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "gone", "key": "a"}}}],
	})
		with data.inventory as beside
}

test_what_is_there_passes if {
	missing_reference.warn == set() with input as pod({
		"serviceAccountName": "web",
		"volumes": [{"configMap": {"name": "settings"}}, {"persistentVolumeClaim": {"claimName": "files"}}],
	})
		with data.inventory as beside
}

test_what_others_make_passes if {
	missing_reference.warn == set() with input as pod({
		"serviceAccountName": "default",
		"volumes": [{"configMap": {"name": "kube-root-ca.crt"}}],
	})
		with data.inventory as beside
}

test_optional_passes if {
	missing_reference.warn == set() with input as pod({"volumes": [{"configMap": {"name": "gone", "optional": true}}]})
		with data.inventory as beside
	missing_reference.warn == set() with input as fixtures.pod({
		"name": "app",
		"envFrom": [{"configMapRef": {"name": "gone", "optional": true}}],
		"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "gone", "optional": true}}}],
	})
		with data.inventory as beside
}

# Nothing of the kind is there, so that nothing can be said.
test_another_folder_passes if {
	every inventory in [{}, {"namespace": {}}, fixtures.beside({"Secret": [{"metadata": {"name": "s"}}]})] {
		missing_reference.warn == set() with input as pod({"serviceAccountName": "gone"}) with data.inventory as inventory
	}
	missing_reference.warn == set() with input as pod({"serviceAccountName": "gone"})
}

test_a_workload_that_names_no_namespace_passes if {
	document := {"kind": "Pod", "metadata": {"name": "web"}, "spec": {"serviceAccountName": "gone"}}
	missing_reference.warn == set() with input as document with data.inventory as {"cluster": beside.namespace.shop}
	missing_reference.warn == set() with input as document with data.inventory as {"namespace": {"default": beside.namespace.shop}}
}

test_absent_fields_and_wrong_types_pass if {
	every document in array.concat(fixtures.hollow, fixtures.crooked) {
		missing_reference.warn == set() with input as document
	}
}
