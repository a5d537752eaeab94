package kubernetes.images.name_test

import data.kubernetes.images.name
import data.kubernetes.lib.fixtures_test as fixtures

pod(reference) := fixtures.pod({"name": "app", "image": reference})

test_no_image_is_denied if {
	name.deny == {"Pod shop/web: the image `<image>` of container `app` is no valid name of an image"} with input as pod("<image>")
	every reference in ["", " ", "nginx:", "nginx@", "Nginx", "ngi nx", "{{ image }}", "https://example.com/nginx", "nginx:1@sha256:abc", "$(IMAGE)"] {
		count(name.deny) == 1 with input as pod(reference)
	}
}

test_images_pass if {
	every reference in ["nginx", "nginx:1", "Registry.example.com:5000/a/b_c.d-e:1.0_x", "[fd00::1]:5000/nginx", "localhost/nginx", "Registry/nginx"] {
		name.deny == set() with input as pod(reference)
	}
	name.deny == set() with input as pod("a/b@sha256:4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2")
}

test_no_text_passes if {
	every reference in [null, 7, {}, []] {
		name.deny == set() with input as pod(reference)
	}
}

test_documents_without_containers_pass if {
	every document in fixtures.hollow {
		name.deny == set() with input as document
	}
}
